package io.fastweights.jobs.report;

import java.util.List;

/**
 * A table; the first cell of a row names the row.
 *
 * @param head names of the columns
 * @param rows as many cells each
 */
public record Table(List<String> head, List<List<String>> rows) {

  /** Columns that have room for their intervals beside the values. */
  private static final int NARROW = 4;

  /** Markup; a table that is wider than the page scrolls inside its own frame. */
  String html() {
    String wide = head.size() > NARROW ? " class=\"wide\"" : "";
    StringBuilder html = new StringBuilder("<div class=\"scroll\"><table" + wide + "><thead><tr>");
    head.forEach(
        name -> html.append("<th scope=\"col\">").append(Html.escape(name)).append("</th>"));
    html.append("</tr></thead><tbody>");
    for (List<String> row : rows) {
      html.append("<tr><th scope=\"row\">").append(Html.escape(row.get(0))).append("</th>");
      row.stream().skip(1).forEach(cell -> cell(html, cell));
      html.append("</tr>");
    }
    return html.append("</tbody></table></div>\n").toString();
  }

  /** An interval behind a value may take a line of its own. */
  private static void cell(StringBuilder html, String cell) {
    int interval = cell.indexOf(" (");
    String value = interval < 0 ? cell : cell.substring(0, interval);
    html.append("<td>").append(Html.escape(value));
    if (interval >= 0) {
      html.append(" <small>").append(Html.escape(cell.substring(interval + 1))).append("</small>");
    }
    html.append("</td>");
  }
}
