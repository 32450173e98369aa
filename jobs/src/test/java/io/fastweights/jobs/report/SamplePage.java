package io.fastweights.jobs.report;

import io.fastweights.jobs.report.Axis.Numbers;
import io.fastweights.jobs.report.BarChart.Bar;
import io.fastweights.jobs.report.HeatMap.Names;
import io.fastweights.jobs.report.LineChart.Line;
import io.fastweights.jobs.report.LineChart.Point;
import io.fastweights.jobs.report.LineChart.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A page with every kind of element, some with long texts. */
final class SamplePage {
  static final int POINTS = 40;
  private static final double DAY = 86_400_000.0;
  private static final String MARKUP = "a <b> & \"c\"";

  private SamplePage() {}

  static Page page() {
    Page page = new Page("Sample " + MARKUP);
    page.lead("The result " + MARKUP);
    page.warning("Where a baseline is better", List.of("here", "there"));
    page.figures(
        new Page.Figure("0.776", "AUC"),
        new Page.Figure("1,234,567", "events scored"),
        new Page.Figure("98,765", "events a second"));
    page.section("Lines " + MARKUP);
    page.chart(lines(), "Three lines and a guide");
    page.chart(dots(), "Dots with their intervals");
    page.chart(over(3), "Three days");
    page.chart(over(400), "A year and a month");
    page.section("Bars");
    page.chart(bars(), "Bars with their intervals");
    page.section("Heat maps");
    page.chart(named(), "A heat map with names");
    page.chart(plain(), "A heat map without names");
    page.table(
        new Table(
            List.of("", "first measure (95%)", "second measure (95%)", "third measure (95%)"),
            List.of(
                List.of("a predictor of long name", "0.776 (0.763 to 0.789)", "0.4", "0.1"),
                List.of(MARKUP, "0.7", "0.4 (0.3 to 0.5)", "0.1"))));
    page.source("A file", "{\"" + "long line ".repeat(40) + "\"}\n<end>");
    page.note("A note.");
    return page;
  }

  /** Three lines over time, one of them with a gap. */
  static LineChart lines() {
    Random random = new Random(1);
    List<Line> lines = new ArrayList<>();
    List<Role> roles = List.of(Role.BASELINE, Role.VARIANT, Role.OURS);
    for (int l = 0; l < roles.size(); l++) {
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < POINTS; i++) {
        double value = l == 1 && i == 20 ? Double.NaN : 0.6 + 0.1 * l + 0.05 * random.nextDouble();
        points.add(new Point(979_000_000_000.0 + i * DAY / 2, Interval.around(value, 0.02)));
      }
      lines.add(
          new Line(
              List.of("best baseline", "no training", "trained").get(l), roles.get(l), points));
    }
    lines.add(
        new Line(
            "guide",
            Role.GUIDE,
            List.of(
                new Point(979_000_000_000.0, 0.5),
                new Point(979_000_000_000.0 + POINTS * DAY / 2, 0.5))));
    return new LineChart(
        Axis.ofTimes("time (UTC)"), Axis.of("share of events", "0.000"), 300, lines);
  }

  /** A line over so many days. */
  private static LineChart over(int days) {
    List<Point> points =
        IntStream.range(0, 20)
            .mapToObj(i -> new Point(979_000_000_000.0 + i * days * DAY / 20, i / 20.0))
            .toList();
    return new LineChart(
        Axis.ofTimes("time (UTC)"),
        Axis.of("share", "0.00"),
        120,
        List.of(new Line("share", Role.OURS, points)));
  }

  private static LineChart dots() {
    return new LineChart(
        Axis.of("day", "0"),
        Axis.of("difference of the memories from the baseline", "+0.00;-0.00"),
        200,
        List.of(
            new Line("ahead", Role.OURS, Shape.DOTS, points(0.03)),
            new Line("behind", Role.WARNING, Shape.DOTS, points(-0.02))));
  }

  private static List<Point> points(double value) {
    return IntStream.range(0, 6)
        .mapToObj(i -> new Point(2 * i + (value > 0 ? 1 : 2), Interval.around(value, 0.01)))
        .toList();
  }

  static BarChart bars() {
    return new BarChart(
        Axis.of("AUC; 0.5 is guessing", "0.000").between(0.5, Double.NaN),
        List.of(
            new Bar("memories", Role.OURS, new Interval(0.776, 0.763, 0.789)),
            new Bar(
                "a name that is much too long for a narrow page",
                Role.BASELINE,
                Interval.exact(0.7)),
            new Bar(MARKUP, Role.BASELINE, Interval.exact(Double.NaN))));
  }

  static HeatMap named() {
    return new HeatMap(
        new Names("destination", List.of("ATL", "DFW", "ORD")),
        new Names("hour", IntStream.range(6, 23).mapToObj(Integer::toString).toList()),
        values(3, 17),
        new HeatMap.Rising("probability", new Numbers("0.0#"), 0, 0.6f),
        20);
  }

  private static HeatMap plain() {
    float[][] values = values(4, 64);
    values[1][1] = Float.NaN;
    return new HeatMap(
        Names.NONE,
        Names.NONE,
        values,
        HeatMap.Diverging.of("weight (orange is negative)", values),
        13);
  }

  private static float[][] values(int rows, int columns) {
    Random random = new Random(2);
    float[][] values = new float[rows][columns];
    for (float[] row : values) {
      for (int c = 0; c < columns; c++) {
        row[c] = random.nextFloat() - 0.4f;
      }
    }
    return values;
  }
}
