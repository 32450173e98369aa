package io.fastweights.jobs.report;

import java.util.List;

/**
 * Horizontal bars with their intervals. Each name stands above its bar, so that it has the width of
 * the page.
 *
 * @param axis of the values, with a first value where the bars begin
 */
public record BarChart(Axis axis, List<Bar> bars) implements Chart {
  private static final int ROW = 40;
  private static final int BELOW = 44;
  private static final int TICKS = 6;
  private static final int LONGEST_NAME = 34;

  /** A bar. */
  public record Bar(String name, Role role, Interval value) {}

  @Override
  public String verticalTitle() {
    return "";
  }

  @Override
  public List<Key> legend() {
    return List.of();
  }

  @Override
  public int left() {
    return 6;
  }

  @Override
  public int right() {
    return 14;
  }

  private Ticks ticks() {
    double most =
        bars.stream()
            .mapToDouble(bar -> bar.value().hasLimits() ? bar.value().high() : bar.value().value())
            .filter(Double::isFinite)
            .max()
            .orElse(1);
    return Ticks.of(axis, new double[] {0, most}, TICKS, true);
  }

  @Override
  public String svg(String label) {
    Ticks ticks = ticks();
    int height = bars.size() * ROW;
    Svg svg = new Svg(height + BELOW, label);
    for (int i = 0; i < ticks.values().length; i++) {
      double at = 100 * ticks.at(ticks.values()[i]);
      svg.line(at, 0, at, height, i == 0 ? "zero" : "grid");
      svg.text(at, 0, height + 18, i % 2 == 0 ? "tick mid" : "tick mid odd", ticks.texts().get(i));
    }
    svg.text(50, 0, height + 38, "title mid", axis.title());
    for (int i = 0; i < bars.size(); i++) {
      bar(svg, bars.get(i), i * ROW, ticks);
    }
    return svg.end();
  }

  private void bar(Svg svg, Bar bar, int top, Ticks ticks) {
    String css = bar.role().css();
    Interval value = bar.value();
    svg.add(
        "<g class=\"hover\"><title>%s</title><rect y=\"%d\" width=\"100%%\" height=\"%d\"/>",
        Html.escape(bar.name() + "\n" + axis.title() + ": " + value.text(axis.labels())), top, ROW);
    svg.text(0, 6, top + 16, "name " + css, shortened(bar.name()));
    svg.text(100, 0, top + 16, "value end " + css, axis.labels().text(value.value()));
    double end = percent(ticks, value.value());
    svg.add(
        "<rect y=\"%d\" width=\"%s%%\" height=\"12\" class=\"bar %s\"/>",
        top + 22, Svg.number(end), css);
    if (value.hasLimits()) {
      double low = percent(ticks, value.low());
      double high = percent(ticks, value.high());
      svg.line(low, top + 28, high, top + 28, "limits");
      svg.line(low, top + 24, low, top + 32, "limits");
      svg.line(high, top + 24, high, top + 32, "limits");
    }
    svg.add("</g>");
  }

  private static double percent(Ticks ticks, double value) {
    return Double.isFinite(value) ? 100 * Math.max(0, Math.min(1, ticks.at(value))) : 0;
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "\u2026";
  }

  @Override
  public Table table() {
    return new Table(
        List.of("", axis.title()),
        bars.stream().map(bar -> List.of(bar.name(), bar.value().text(axis.labels()))).toList());
  }
}
