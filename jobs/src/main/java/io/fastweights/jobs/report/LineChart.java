package io.fastweights.jobs.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Lines over a common horizontal axis, each with its interval as a band or as whiskers.
 *
 * @param height of the plot in pixels
 * @param lines drawn in this order, the last on top
 */
public record LineChart(Axis x, Axis y, int height, List<Line> lines) implements Chart {
  private static final int X_TICKS = 9;
  private static final int PIXELS_OF_Y_TICK = 56;
  private static final int BELOW = 44;
  private static final int LABEL_DISTANCE = 16;
  private static final double PIXELS_OF_LETTER = 7.2;
  private static final int LEAST_RIGHT = 14;
  private static final int FEW_POINTS = 12;

  /** How a line is drawn. */
  public enum Shape {
    /** A stroke through the points. */
    STROKE,
    /** A dot and whiskers for each point. */
    DOTS
  }

  /** A point; a value that is NaN leaves a gap. */
  public record Point(double x, Interval y) {
    public Point(double x, double y) {
      this(x, Interval.exact(y));
    }
  }

  /**
   * A line.
   *
   * @param name beside its end and in the legend
   * @param points in ascending order of x
   */
  public record Line(String name, Role role, Shape shape, List<Point> points) {
    public Line(String name, Role role, List<Point> points) {
      this(name, role, Shape.STROKE, points);
    }
  }

  @Override
  public String verticalTitle() {
    return y.title();
  }

  @Override
  public List<Key> legend() {
    return named().count() < 2
        ? List.of()
        : named().map(line -> new Key(line.name(), line.role())).toList();
  }

  @Override
  public int left() {
    int letters = yTicks().texts().stream().mapToInt(String::length).max().orElse(1);
    return (int) (letters * PIXELS_OF_LETTER) + 12;
  }

  @Override
  public int right() {
    int letters =
        legend().isEmpty()
            ? 0
            : named()
                .filter(line -> line.shape() == Shape.STROKE)
                .mapToInt(line -> line.name().length())
                .max()
                .orElse(0);
    return Math.max(LEAST_RIGHT, (int) (letters * PIXELS_OF_LETTER) + 14);
  }

  private Stream<Line> named() {
    return lines.stream().filter(line -> line.role() != Role.GUIDE);
  }

  private Ticks xTicks() {
    return Ticks.of(x, range(points().mapToDouble(Point::x)), X_TICKS, false);
  }

  private Ticks yTicks() {
    DoubleStream values =
        points()
            .flatMap(point -> Stream.of(point.y().value(), point.y().low(), point.y().high()))
            .mapToDouble(value -> value);
    return Ticks.of(y, range(values), Math.max(2, height / PIXELS_OF_Y_TICK), true);
  }

  private Stream<Point> points() {
    return lines.stream().flatMap(line -> line.points().stream());
  }

  private static double[] range(DoubleStream values) {
    var statistics = values.filter(Double::isFinite).summaryStatistics();
    return statistics.getCount() == 0
        ? new double[] {0, 1}
        : new double[] {statistics.getMin(), statistics.getMax()};
  }

  @Override
  public String svg(String label) {
    Ticks across = xTicks();
    Ticks up = yTicks();
    Svg svg = new Svg(height + BELOW, label);
    axes(svg, across, up);
    svg.add(
        "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 1000 %d\" preserveAspectRatio=\"none\">",
        height, height);
    for (Line line : lines) {
      if (line.shape() == Shape.STROKE) {
        stroke(svg, line, across, up);
      }
    }
    svg.add("</svg>");
    lines.forEach(line -> dots(svg, line, across, up));
    if (!legend().isEmpty()) {
      labels(svg, up);
    }
    hovers(svg, across);
    return svg.end();
  }

  private double pixel(Ticks up, double value) {
    return height * (1 - Math.max(0, Math.min(1, up.at(value))));
  }

  private void axes(Svg svg, Ticks across, Ticks up) {
    for (int i = 0; i < up.values().length; i++) {
      double at = pixel(up, up.values()[i]);
      svg.line(0, at, 100, at, up.values()[i] == 0 ? "zero" : "grid");
      svg.text(0, -8, at + 4.5, "tick end", up.texts().get(i));
    }
    for (int i = 0; i < across.values().length; i++) {
      double at = 100 * across.at(across.values()[i]);
      svg.text(at, 0, height + 18, i % 2 == 0 ? "tick mid" : "tick mid odd", across.texts().get(i));
    }
    svg.text(50, 0, height + 38, "title mid", x.title());
  }

  /** The band of a line below the line itself, each broken at gaps. */
  private void stroke(Svg svg, Line line, Ticks across, Ticks up) {
    StringBuilder path = new StringBuilder();
    for (List<Point> run : runs(line.points())) {
      if (run.stream().allMatch(point -> point.y().hasLimits())) {
        StringBuilder band = new StringBuilder();
        run.forEach(point -> append(band, across, up, point.x(), point.y().high()));
        for (int i = run.size() - 1; i >= 0; i--) {
          append(band, across, up, run.get(i).x(), run.get(i).y().low());
        }
        svg.add("<path class=\"band %s\" d=\"%sZ\"/>", line.role().css(), band);
      }
      StringBuilder part = new StringBuilder();
      run.forEach(point -> append(part, across, up, point.x(), point.y().value()));
      path.append(part);
    }
    svg.add("<path class=\"stroke %s\" d=\"%s\"/>", line.role().css(), path);
  }

  private void append(StringBuilder path, Ticks across, Ticks up, double atX, double atY) {
    path.append(path.isEmpty() ? 'M' : 'L')
        .append(Svg.number(1000 * across.at(atX)))
        .append(' ')
        .append(Svg.number(pixel(up, atY)));
  }

  private static List<List<Point>> runs(List<Point> points) {
    List<List<Point>> runs = new ArrayList<>();
    List<Point> run = new ArrayList<>();
    for (Point point : points) {
      if (Double.isFinite(point.y().value())) {
        run.add(point);
      } else if (!run.isEmpty()) {
        runs.add(run);
        run = new ArrayList<>();
      }
    }
    if (!run.isEmpty()) {
      runs.add(run);
    }
    return runs;
  }

  /**
   * Every point of a line of dots; of a stroke, all if they are few, or those without a neighbour.
   */
  private void dots(Svg svg, Line line, Ticks across, Ticks up) {
    boolean few = line.points().size() <= FEW_POINTS && line.role() != Role.GUIDE;
    boolean all = line.shape() == Shape.DOTS || few;
    for (List<Point> run : runs(line.points())) {
      if (!all && run.size() > 1) {
        continue;
      }
      for (Point point : run) {
        double at = 100 * across.at(point.x());
        if (point.y().hasLimits() && (line.shape() == Shape.DOTS || run.size() == 1)) {
          String css = "whisker " + line.role().css();
          svg.line(at, pixel(up, point.y().low()), at, pixel(up, point.y().high()), css);
        }
        svg.add(
            "<circle cx=\"%s%%\" cy=\"%.1f\" r=\"%s\" class=\"dot %s\"/>",
            Svg.number(at),
            pixel(up, point.y().value()),
            line.shape() == Shape.DOTS ? "4" : "3",
            line.role().css());
      }
    }
  }

  private record Label(Line line, double y) {}

  /** The name of each stroke beside its last point; names that would overlap are moved apart. */
  private void labels(Svg svg, Ticks up) {
    List<Label> ends =
        named()
            .filter(line -> line.shape() == Shape.STROKE && !runs(line.points()).isEmpty())
            .map(line -> new Label(line, pixel(up, last(line)) + 4.5))
            .sorted(Comparator.comparingDouble(Label::y))
            .toList();
    double[] at = ends.stream().mapToDouble(Label::y).toArray();
    for (int i = 1; i < at.length; i++) {
      at[i] = Math.max(at[i], at[i - 1] + LABEL_DISTANCE);
    }
    double limit = height + 4.5;
    for (int i = at.length - 1; i >= 0; i--) {
      at[i] = Math.min(at[i], limit);
      limit = at[i] - LABEL_DISTANCE;
    }
    for (int i = 0; i < at.length; i++) {
      Line line = ends.get(i).line();
      svg.text(100, 8, at[i], "label " + line.role().css(), line.name());
    }
  }

  private static double last(Line line) {
    List<List<Point>> runs = runs(line.points());
    List<Point> run = runs.get(runs.size() - 1);
    return run.get(run.size() - 1).y().value();
  }

  /** For each x, a column that shows its values when pointed at. */
  private void hovers(Svg svg, Ticks across) {
    double[] at = columns();
    for (int i = 0; i < at.length; i++) {
      double here = 100 * across.at(at[i]);
      double from = i == 0 ? 0 : (here + 100 * across.at(at[i - 1])) / 2;
      double to = i == at.length - 1 ? 100 : (here + 100 * across.at(at[i + 1])) / 2;
      svg.add(
          "<g class=\"hover\"><title>%s</title><rect x=\"%s%%\" width=\"%s%%\" height=\"%d\"/>",
          Html.escape(x.title() + ": " + x.labels().text(at[i]) + "\n" + values(at[i])),
          Svg.number(from),
          Svg.number(to - from),
          height);
      svg.line(here, 0, here, height, "");
      svg.add("</g>");
    }
  }

  /** Every x of a named line, ascending. */
  private double[] columns() {
    return named()
        .flatMap(line -> line.points().stream())
        .mapToDouble(Point::x)
        .distinct()
        .sorted()
        .toArray();
  }

  private String values(double at) {
    return named()
        .flatMap(
            line ->
                line.points().stream()
                    .filter(point -> point.x() == at && Double.isFinite(point.y().value()))
                    .map(point -> line.name() + ": " + point.y().text(y.labels())))
        .collect(Collectors.joining("\n"));
  }

  @Override
  public Table table() {
    List<String> head = new ArrayList<>(List.of(x.title()));
    named().forEach(line -> head.add(line.name()));
    List<List<String>> rows = new ArrayList<>();
    for (double at : columns()) {
      List<String> row = new ArrayList<>(List.of(x.labels().text(at)));
      named()
          .map(
              line ->
                  line.points().stream()
                      .filter(point -> point.x() == at && Double.isFinite(point.y().value()))
                      .map(point -> point.y().text(y.labels()))
                      .findFirst()
                      .orElse(""))
          .forEach(row::add);
      rows.add(row);
    }
    return new Table(head, rows);
  }
}
