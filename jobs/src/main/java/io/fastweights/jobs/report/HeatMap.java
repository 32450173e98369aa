package io.fastweights.jobs.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A grid of coloured cells, each with its value as a tooltip.
 *
 * @param rows names of the rows; empty where they have none
 * @param columns names of the columns; empty where they have none
 * @param values float[row][column]; NaN leaves a cell blank
 * @param scale how a value becomes a colour
 */
public record HeatMap(List<String> rows, List<String> columns, float[][] values, Scale scale) {
  private static final int LEFT = 44;
  private static final int BOTTOM = 22;
  private static final int WIDTH = 860;

  /** Maps values to colours. */
  public sealed interface Scale {
    /** {@code #rrggbb}. */
    String color(float value);
  }

  /** From white at {@code from} to blue at {@code to}. */
  public record Rising(float from, float to) implements Scale {
    @Override
    public String color(float value) {
      return mix(0xf4f7fb, 0x0b3d91, Math.max(0, Math.min(1, (value - from) / (to - from))));
    }
  }

  /** White at 0, blue above, orange below, full at {@code most}. */
  public record Diverging(float most) implements Scale {
    private static final float LEAST = 1e-6f;

    /** Full at the size that 98 of 100 values do not exceed. */
    public static Diverging of(float[][] values) {
      List<Float> sizes = new ArrayList<>();
      for (float[] row : values) {
        for (float value : row) {
          sizes.add(Math.abs(value));
        }
      }
      sizes.sort(Comparator.naturalOrder());
      return new Diverging(Math.max(LEAST, sizes.get(sizes.size() * 98 / 100)));
    }

    @Override
    public String color(float value) {
      float share = Math.min(1, Math.abs(value) / most);
      return mix(0xffffff, value > 0 ? 0x0b57d0 : 0xc2410c, share);
    }
  }

  private static String mix(int from, int to, float share) {
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int a = from >> shift & 0xff;
      int b = to >> shift & 0xff;
      mixed |= Math.round(a + (b - a) * share) << shift;
    }
    return String.format(Locale.ROOT, "#%06x", mixed);
  }

  /**
   * @param cellHeight in pixels at full width
   * @param label text alternative for screen readers
   */
  public String svg(int cellHeight, String label) {
    int left = rows.isEmpty() ? 0 : LEFT;
    int bottom = columns.isEmpty() ? 0 : BOTTOM;
    double cell = (double) (WIDTH - left) / values[0].length;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
                + " aria-label=\"%s\" class=\"heat\">",
            WIDTH,
            values.length * cellHeight + bottom,
            Html.escape(label)));
    for (int r = 0; r < values.length; r++) {
      for (int c = 0; c < values[r].length; c++) {
        cell(svg, r, c, left + c * cell, r * cellHeight, cell, cellHeight);
      }
      if (left > 0) {
        text(svg, left - 6, r * cellHeight + cellHeight * 0.72, "end", rows.get(r));
      }
    }
    for (int c = 0; c < columns.size(); c++) {
      text(svg, left + (c + 0.5) * cell, values.length * cellHeight + 15, "middle", columns.get(c));
    }
    return svg.append("</svg>").toString();
  }

  private void cell(
      StringBuilder svg, int row, int column, double x, double y, double width, double height) {
    float value = values[row][column];
    if (Float.isNaN(value)) {
      return;
    }
    String where =
        (rows.isEmpty() ? "" : rows.get(row) + " ")
            + (columns.isEmpty() ? "" : columns.get(column) + " ");
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s%.3f"
                + "</title></rect>",
            x,
            y,
            width - 0.6,
            height - 0.6,
            scale.color(value),
            Html.escape(where),
            value));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
            x,
            y,
            anchor,
            Html.escape(text)));
  }
}
