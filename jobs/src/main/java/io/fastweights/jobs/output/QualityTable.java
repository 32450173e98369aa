package io.fastweights.jobs.output;

import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.Quality.ClassCounts;
import io.fastweights.jobs.quality.Quality.Comparison;
import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.jobs.report.Interval;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** {@link Quality} as a table and as figures. */
public final class QualityTable {
  /** Classes that are printed; the most frequent ones. */
  private static final int MOST_CLASSES = 10;

  private static final String NONE = "-";

  private final Quality quality;

  public QualityTable(Quality quality) {
    this.quality = quality;
  }

  /** Prints the measures of all models, the classes, and what a baseline does better. */
  public void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%n%s of %,d events, each predicted before it was learned (95%% intervals)%n",
        quality.target(),
        quality.scored());
    List<Measure> measures = List.copyOf(quality.ours().measures().keySet());
    int width = quality.models().stream().mapToInt(model -> model.title().length()).max().orElse(0);
    List<String> head = measures.stream().map(Measure::title).toList();
    row("", head, width, out);
    for (Model model : quality.models()) {
      List<String> cells = new ArrayList<>();
      for (Measure measure : measures) {
        Interval estimate = model.measures().get(measure);
        cells.add(estimate == null ? NONE : text(estimate));
      }
      row(model.title(), cells, width, out);
    }
    if (quality.kind() == Kind.CLASSES) {
      printClasses(out);
    }
    if (quality.hasOneLabel()) {
      out.println("  warning: all labels are the same: there is nothing to predict");
    }
    for (Comparison comparison : quality.comparisons()) {
      out.println("  " + sentence(comparison));
    }
    out.flush();
  }

  private static void row(String title, List<String> cells, int width, PrintWriter out) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "  %-" + width + "s", title));
    cells.forEach(cell -> line.append(String.format(Locale.ROOT, "  %18s", cell)));
    out.println(line.toString().stripTrailing());
  }

  /** "0.8123 ± 0.0041". */
  static String text(Interval estimate) {
    return estimate.hasLimits()
        ? number(estimate.value()) + " ± " + number((estimate.high() - estimate.low()) / 2)
        : number(estimate.value()) + "         ";
  }

  private static String number(double value) {
    double size = Math.abs(value);
    return size >= 1e6 || size != 0 && size < 1e-4
        ? String.format(Locale.ROOT, "%.3g", value)
        : String.format(Locale.ROOT, size >= 100 ? "%,.2f" : "%.4f", value);
  }

  private void printClasses(PrintWriter out) {
    List<ClassCounts> classes =
        quality.ours().classes().stream()
            .filter(c -> c.support() + c.predicted() > 0)
            .sorted(Comparator.comparing(ClassCounts::support).reversed())
            .toList();
    int width = classes.stream().mapToInt(c -> c.label().length()).max().orElse(0);
    row("", List.of("events", "recall", "precision"), width, out);
    for (ClassCounts c : classes.subList(0, Math.min(MOST_CLASSES, classes.size()))) {
      row(
          c.label(),
          List.of(
              String.format(Locale.ROOT, "%,d", c.support()),
              c.support() == 0 ? NONE : number(c.recall()),
              c.predicted() == 0 ? NONE : number(c.precision())),
          width,
          out);
    }
    if (classes.size() > MOST_CLASSES) {
      out.printf(Locale.ROOT, "  and %,d other classes%n", classes.size() - MOST_CLASSES);
    }
  }

  /** The outcome of a comparison, in one line. */
  String sentence(Comparison comparison) {
    Interval advantage = comparison.advantage();
    String by =
        String.format(
            Locale.ROOT,
            "%s ± %s",
            number(Math.abs(advantage.value())),
            number((advantage.high() - advantage.low()) / 2));
    String best = quality.model(comparison.baseline()).title();
    String measure = comparison.measure().title();
    if (comparison.lost()) {
      return String.format(
          Locale.ROOT, "warning: %s: the best baseline, %s, is better by %s", measure, best, by);
    }
    return advantage.low() > 0
        ? String.format(
            Locale.ROOT, "%s: better than the best baseline, %s, by %s", measure, best, by)
        : String.format(
            Locale.ROOT,
            "%s: no clear difference to the best baseline, %s (%s by %s)",
            measure,
            best,
            advantage.value() < 0 ? "worse" : "better",
            by);
  }

  /**
   * Adds all values by name: {@code accuracy}, {@code accuracy.low}, {@code
   * baseline.keyLast.accuracy}, {@code accuracy.bestBaseline}, {@code accuracy.advantage}.
   */
  public void put(Figures figures) {
    figures.put("scored", quality.scored());
    for (Model model : quality.models()) {
      String prefix = model == quality.ours() ? "" : "baseline." + model.name() + ".";
      model.measures().forEach((measure, value) -> put(prefix + measure.key(), value, figures));
    }
    for (Comparison comparison : quality.comparisons()) {
      String key = comparison.measure().key();
      figures.put(key + ".bestBaseline", comparison.baseline());
      put(key + ".advantage", comparison.advantage(), figures);
    }
    for (ClassCounts c : quality.ours().classes()) {
      String prefix = "class." + c.label() + ".";
      figures.put(prefix + "support", c.support());
      figures.put(prefix + "predicted", c.predicted());
      figures.put(prefix + "recall", c.recall());
      figures.put(prefix + "precision", c.precision());
    }
  }

  private static void put(String name, Interval estimate, Figures figures) {
    figures.put(name, estimate.value());
    if (estimate.hasLimits()) {
      figures.put(name + ".low", estimate.low());
      figures.put(name + ".high", estimate.high());
    }
  }
}
