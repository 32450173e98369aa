package io.fastweights.jobs.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.knowm.xchart.XYChart;

/** A report: one HTML file that loads nothing. */
public final class Page {
  private final String title;
  private final StringBuilder body = new StringBuilder();
  private int charts;

  public Page(String title) {
    this.title = title;
  }

  /** A heading. */
  public Page section(String heading) {
    body.append("<h2>").append(Html.escape(heading)).append("</h2>\n");
    return this;
  }

  /** A paragraph of text. */
  public Page text(String text) {
    body.append("<p>").append(Html.escape(text)).append("</p>\n");
    return this;
  }

  /** A smaller paragraph. */
  public Page note(String text) {
    body.append("<p class=\"note\">").append(Html.escape(text)).append("</p>\n");
    return this;
  }

  /** Figures side by side: value, then what it is. */
  public Page figures(String[]... figures) {
    body.append("<div class=\"figures\">");
    for (String[] figure : figures) {
      body.append("<div><b>").append(Html.escape(figure[0])).append("</b><span>");
      body.append(Html.escape(figure[1])).append("</span></div>");
    }
    body.append("</div>\n");
    return this;
  }

  /** A row of a table of bars: a name, a share of the full width, a value. */
  public record Bar(String name, double share, String value, boolean subject) {}

  public Page bars(Iterable<Bar> bars) {
    body.append("<table class=\"bars\">");
    for (Bar bar : bars) {
      body.append(bar.subject() ? "<tr class=\"subject\"><th>" : "<tr><th>");
      body.append(Html.escape(bar.name())).append("</th><td><i style=\"width:");
      body.append(Math.round(Math.max(0, Math.min(1, bar.share())) * 1000) / 10.0);
      body.append("%\"></i></td><td>").append(Html.escape(bar.value())).append("</td></tr>");
    }
    body.append("</table>\n");
    return this;
  }

  /**
   * A chart of the library. It measures its text with the fonts of this machine; where there are
   * none the report says so in its place.
   */
  public Page chart(java.util.function.Supplier<XYChart> chart, String label) throws IOException {
    try {
      figure(Svg.of("chart" + charts++, chart.get(), label));
    } catch (LinkageError | InternalError e) {
      note("(Chart left out, as this Java has no fonts to draw with: " + label + ".)");
    }
    return this;
  }

  public Page heatMap(HeatMap map, int cellHeight, String label) {
    return figure(map.svg(cellHeight, label));
  }

  private Page figure(String svg) {
    body.append("<figure>").append(svg).append("</figure>\n");
    return this;
  }

  public void write(Path file) throws IOException {
    String style;
    try (InputStream in = Page.class.getResourceAsStream("report.css")) {
      style = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Files.writeString(
        file,
        String.format(
            Locale.ROOT,
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%1$s</title>
            <style>
            %2$s</style>
            </head>
            <body>
            <main>
            <h1>%1$s</h1>
            %3$s</main>
            </body>
            </html>
            """,
            Html.escape(title),
            style,
            body));
  }
}
