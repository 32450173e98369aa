package io.fastweights.jobs.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Line charts in the style of the report: the subject in colour, references in grey. */
public final class Charts {
  private static final int WIDTH = 860;
  private static final Color INK = new Color(0x33, 0x3a, 0x45);
  private static final Color GRID = new Color(0xe6, 0xe9, 0xee);
  private static final Color ACCENT = new Color(0x1f, 0x6f, 0xeb);
  private static final Color WARM = new Color(0xd9, 0x5f, 0x02);
  private static final Color[] OTHERS = {
    new Color(0x9a, 0xa5, 0xb4),
    new Color(0xc2, 0x9b, 0x5f),
    new Color(0x7d, 0xb2, 0x8c),
    new Color(0xb4, 0x8e, 0xbe),
    new Color(0x6b, 0x74, 0x80),
    new Color(0xd8, 0x8a, 0x8a)
  };
  private static final float THICK = 3f;
  private static final float THIN = 1.6f;

  /** Style of a line. */
  public enum Role {
    /** Subject of the chart. */
    SUBJECT,
    /** Contrast to the subject. */
    CONTRAST,
    /** One of several lines compared with the subject. */
    OTHER,
    /** A line to read by. */
    GUIDE
  }

  /**
   * @param name in the legend
   * @param x of the points
   * @param y of the points, as many; NaN leaves a gap
   */
  public record Line(String name, Role role, double[] x, double[] y) {
    public static Line of(String name, Role role, List<double[]> points) {
      return new Line(
          name,
          role,
          points.stream().mapToDouble(point -> point[0]).toArray(),
          points.stream().mapToDouble(point -> point[1]).toArray());
    }
  }

  /**
   * Titles and number formats of a chart's axes.
   *
   * @param x title of the horizontal axis
   * @param y title of the vertical axis
   * @param xPattern decimal format of its numbers
   * @param yPattern decimal format of its numbers
   * @param yFrom start of the vertical axis; null to fit the points
   */
  public record Axes(String x, String y, String xPattern, String yPattern, Double yFrom) {
    public Axes(String x, String y, String xPattern, String yPattern) {
      this(x, y, xPattern, yPattern, null);
    }

    /** The same axes, the vertical one beginning at 0. */
    public Axes fromZero() {
      return new Axes(x, y, xPattern, yPattern, 0.0);
    }
  }

  private Charts() {}

  /** Lines over a common horizontal axis. */
  public static XYChart lines(Axes axes, int height, List<Line> lines) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(height)
            .xAxisTitle(axes.x())
            .yAxisTitle(axes.y())
            .build();
    style(chart.getStyler(), axes);
    chart.getStyler().setLegendVisible(lines.size() > 1);
    int other = 0;
    for (Line line : lines) {
      XYSeries series = chart.addSeries(line.name(), line.x(), line.y());
      switch (line.role()) {
        case SUBJECT -> look(series, ACCENT, THICK, true);
        case CONTRAST -> look(series, WARM, THIN, true);
        case OTHER -> look(series, OTHERS[other++ % OTHERS.length], THIN, false);
        case GUIDE -> {
          look(series, OTHERS[0], 1f, false);
          series.setLineStyle(dashes());
        }
      }
    }
    return chart;
  }

  private static BasicStroke dashes() {
    return new BasicStroke(
        1f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1f, new float[] {5f, 4f}, 0f);
  }

  private static void look(XYSeries series, Color color, float width, boolean marked) {
    series.setLineColor(color);
    series.setLineWidth(width);
    series.setMarker(marked ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    series.setMarkerColor(color);
  }

  private static void style(XYStyler styler, Axes axes) {
    Font text = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setPlotContentSize(0.97);
    styler.setChartTitleVisible(false);
    styler.setChartFontColor(INK);
    styler.setAxisTitleFont(text);
    styler.setAxisTickLabelsFont(text);
    styler.setAxisTickLabelsColor(INK);
    styler.setAxisTickMarksColor(GRID);
    styler.setAxisTicksLineVisible(false);
    styler.setXAxisDecimalPattern(axes.xPattern());
    styler.setYAxisDecimalPattern(axes.yPattern());
    styler.setYAxisMin(axes.yFrom());
    styler.setMarkerSize(6);
    styler.setLegendFont(text);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendBackgroundColor(Color.WHITE);
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(org.knowm.xchart.style.Styler.LegendLayout.Horizontal);
    styler.setLegendSeriesLineLength(22);
    styler.setLegendPadding(14);
  }
}
