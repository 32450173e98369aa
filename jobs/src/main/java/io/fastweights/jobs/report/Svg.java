package io.fastweights.jobs.report;

import java.util.Locale;

/**
 * Markup of a chart. Its horizontal coordinates are shares of the width and its vertical ones are
 * pixels: a chart fits any page, and its text keeps its size.
 */
final class Svg {
  private static final String FILE_STYLE =
      "svg{--ink:#334155;--above:#0a58ca;--below:#c2410c}"
          + "@media(prefers-color-scheme:dark){svg{--ink:#cbd5e1;--above:#6cb0ff;--below:#ff9e5e}}"
          + "text{font:12px sans-serif;fill:var(--ink)}.mid{text-anchor:middle}"
          + ".end{text-anchor:end}.cells{shape-rendering:crispEdges}"
          + ".cells rect{stroke:var(--ink);stroke-opacity:.2;vector-effect:non-scaling-stroke}"
          + ".above{fill:var(--above)}.below{fill:var(--below)}"
          + ".frame{fill:none;stroke:var(--ink);stroke-opacity:.4}";

  private final StringBuilder out = new StringBuilder();

  /**
   * @param label text alternative for screen readers
   */
  Svg(int height, String label) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" height=\"%d\" role=\"img\""
            + " aria-label=\"%s\">",
        height, Html.escape(label));
  }

  /** Adds markup; texts among the values are escaped already. */
  void add(String pattern, Object... values) {
    out.append(String.format(Locale.ROOT, pattern, values));
  }

  /**
   * A text.
   *
   * @param x in percent of the width
   * @param dx in pixels from there
   * @param y baseline in pixels
   * @param css classes
   */
  void text(double x, int dx, double y, String css, String text) {
    add(
        "<text x=\"%s%%\" dx=\"%d\" y=\"%.1f\" class=\"%s\">%s</text>",
        number(x), dx, y, css, Html.escape(text));
  }

  /** A line between two points; x in percent of the width. */
  void line(double x1, double y1, double x2, double y2, String css) {
    add(
        "<line x1=\"%s%%\" y1=\"%.1f\" x2=\"%s%%\" y2=\"%.1f\" class=\"%s\"/>",
        number(x1), y1, number(x2), y2, css);
  }

  /** With at most two digits after the point. */
  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value + 0.0);
    return text.replaceFirst("\\.?0+$", "");
  }

  /**
   * A file around a chart of a page, with colours for a light and a dark page.
   *
   * @param left pixels for the labels at the left of the chart
   * @param width in pixels
   */
  static String file(int left, int width, int height, String label, String chart) {
    return String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
            + " aria-label=\"%s\"><style>%s</style><svg x=\"%d\" width=\"%d\" height=\"%d\""
            + " overflow=\"visible\">%s</svg></svg>\n",
        width,
        height,
        Html.escape(label),
        FILE_STYLE,
        left,
        width - left,
        height,
        chart);
  }

  /** The element as a whole. */
  String end() {
    return out + "</svg>";
  }
}
