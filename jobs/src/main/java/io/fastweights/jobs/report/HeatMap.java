package io.fastweights.jobs.report;

import io.fastweights.jobs.report.Axis.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A grid of coloured cells with a scale of its colours.
 *
 * @param values float[row][column]; NaN leaves a cell blank
 * @param scale how a value becomes a colour
 * @param cellHeight in pixels
 */
public record HeatMap(Names rows, Names columns, float[][] values, Scale scale, int cellHeight)
    implements Chart {
  private static final double PIXELS_OF_LETTER = 7.2;
  private static final int COLUMN_NAMES = 22;
  private static final int COLUMN_TITLE = 18;
  private static final int SCALE_GAP = 14;
  private static final int SCALE = 52;
  private static final int SWATCHES = 11;
  private static final int SWATCH = 14;
  private static final int DENSE = 12;

  /**
   * Names along one side.
   *
   * @param title what they are
   * @param names empty where there are none
   */
  public record Names(String title, List<String> names) {
    public static final Names NONE = new Names("", List.of());

    private String at(int index) {
      return names.isEmpty() ? "" : title + " " + names.get(index) + ", ";
    }
  }

  /** Maps values to colours. */
  public sealed interface Scale {
    /** The values, with their unit. */
    String title();

    Numbers labels();

    /** First value of the scale. */
    float from();

    /** Last value of the scale. */
    float to();

    /** How strong the colour of a value is: -1 ... 1; its sign chooses the colour. */
    float strength(float value);
  }

  /** From no colour at {@code from} to full colour at {@code to}. */
  public record Rising(String title, Numbers labels, float from, float to) implements Scale {
    @Override
    public float strength(float value) {
      return Math.max(0, Math.min(1, (value - from) / (to - from)));
    }
  }

  /** No colour at 0, one colour above and another below, full at {@code to}. */
  public record Diverging(String title, Numbers labels, float to) implements Scale {
    private static final float LEAST = 1e-6f;

    /** Full at the size that 98 of 100 values do not exceed; NaN is left out. */
    public static Diverging of(String title, float[][] values) {
      List<Float> sizes = new ArrayList<>();
      for (float[] row : values) {
        for (float value : row) {
          if (!Float.isNaN(value)) {
            sizes.add(Math.abs(value));
          }
        }
      }
      sizes.sort(Comparator.naturalOrder());
      float most = sizes.isEmpty() ? 0 : sizes.get(sizes.size() * 98 / 100);
      return new Diverging(title, new Numbers("0.00#"), Math.max(LEAST, most));
    }

    @Override
    public float from() {
      return -to;
    }

    @Override
    public float strength(float value) {
      return Math.max(-1, Math.min(1, value / to));
    }
  }

  @Override
  public String verticalTitle() {
    return rows.title();
  }

  @Override
  public List<Key> legend() {
    return List.of();
  }

  /** The cells show every value. */
  @Override
  public Table table() {
    return null;
  }

  @Override
  public int left() {
    int letters = rows.names().stream().mapToInt(String::length).max().orElse(0);
    return letters == 0 ? 0 : (int) (letters * PIXELS_OF_LETTER) + 12;
  }

  @Override
  public int right() {
    return 0;
  }

  /** Pixels from the top to the bottom of the scale. */
  public int height() {
    return cells() + names() + SCALE_GAP + SCALE;
  }

  private int cells() {
    return values.length * cellHeight;
  }

  private int names() {
    int names = columns.names().isEmpty() ? 0 : COLUMN_NAMES;
    return columns.title().isEmpty() ? names : names + COLUMN_TITLE;
  }

  @Override
  public String svg(String label) {
    int width = values[0].length;
    Svg svg = new Svg(height(), label);
    svg.add(
        "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\""
            + " class=\"cells\">",
        cells(), width, values.length);
    for (int row = 0; row < values.length; row++) {
      for (int column = 0; column < width; column++) {
        cell(svg, row, column);
      }
    }
    svg.add("</svg>");
    for (int row = 0; row < rows.names().size(); row++) {
      svg.text(0, -6, (row + 0.5) * cellHeight + 4.5, "tick end", rows.names().get(row));
    }
    String odd = columns.names().size() > DENSE ? "tick mid odd" : "tick mid";
    for (int column = 0; column < columns.names().size(); column++) {
      String css = column % 2 == 0 ? "tick mid" : odd;
      double at = 100 * (column + 0.5) / width;
      svg.text(at, 0, cells() + 16, css, columns.names().get(column));
    }
    if (!columns.title().isEmpty()) {
      svg.text(50, 0, cells() + names() - 4, "title mid", columns.title());
    }
    scale(svg, cells() + names() + SCALE_GAP);
    return svg.end();
  }

  private void cell(Svg svg, int row, int column) {
    float value = values[row][column];
    if (Float.isNaN(value)) {
      return;
    }
    svg.add(
        "<rect x=\"%d\" y=\"%d\" width=\"1\" height=\"1\" %s><title>%s</title></rect>",
        column,
        row,
        color(scale.strength(value)),
        Html.escape(rows.at(row) + columns.at(column) + scale.labels().text(value)));
  }

  private static String color(float strength) {
    return "class=\""
        + (strength < 0 ? "below" : "above")
        + "\" fill-opacity=\""
        + Svg.number(Math.abs(strength))
        + "\"";
  }

  private void scale(Svg svg, int top) {
    svg.text(0, 0, top + 12, "title", scale.title());
    for (int i = 0; i < SWATCHES; i++) {
      float value = scale.from() + (scale.to() - scale.from()) * i / (SWATCHES - 1);
      svg.add(
          "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"12\" %s/>",
          i * SWATCH, top + 19, SWATCH, color(scale.strength(value)));
    }
    int width = SWATCHES * SWATCH;
    svg.add("<rect x=\"0\" y=\"%d\" width=\"%d\" height=\"12\" class=\"frame\"/>", top + 19, width);
    svg.text(0, 0, top + 46, "tick", scale.labels().text(scale.from()));
    svg.text(0, width, top + 46, "tick end", scale.labels().text(scale.to()));
  }

  /**
   * The map as a file of its own.
   *
   * @param width in pixels
   */
  public String file(int width, String label) {
    return Svg.file(left(), width, height(), label, svg(label));
  }
}
