package io.fastweights.jobs.quality.page;

import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.Quality.ClassCounts;
import io.fastweights.jobs.quality.Quality.Comparison;
import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.jobs.report.Axis;
import io.fastweights.jobs.report.BarChart;
import io.fastweights.jobs.report.BarChart.Bar;
import io.fastweights.jobs.report.Interval;
import io.fastweights.jobs.report.LineChart.Line;
import io.fastweights.jobs.report.LineChart.Point;
import io.fastweights.jobs.report.Page;
import io.fastweights.jobs.report.Role;
import io.fastweights.jobs.report.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Sections of a page on quality: over time, by class, calibration. */
final class QualityCharts {
  private static final int MOST_CLASSES = 20;
  private static final int HEIGHT = 320;

  private final Quality quality;
  private final Comparison comparison;

  /**
   * @param headline the measure that is drawn over time
   */
  QualityCharts(Quality quality, Measure headline) {
    this.quality = quality;
    comparison = quality.comparison(headline);
  }

  void write(Page page) {
    timeline(page);
    classes(page);
    calibration(page);
  }

  static Role role(Model model) {
    return model.name().equals(Quality.OURS) ? Role.OURS : Role.BASELINE;
  }

  private void timeline(Page page) {
    if (comparison == null) {
      return;
    }
    TimelineLead lead = new TimelineLead(quality, comparison);
    if (!lead.drawn()) {
      return;
    }
    String title = comparison.measure().title();
    String baseline = quality.model(comparison.baseline()).title();
    page.section("Over time");
    page.text(
        "Each point is a stretch of time, of which every event was predicted before it was learned."
            + " The first stretches tell how fast memories and baselines learn.");
    page.chart(
        lead.values(),
        title
            + " over time: the memories against the "
            + baseline
            + (comparison.measure().higherIsBetter() ? "" : "; lower is better"));
    page.chart(
        lead.lead(), "The lead over the " + baseline + ": orange stretches go to the baseline");
  }

  private void classes(Page page) {
    List<ClassCounts> classes =
        quality.ours().classes().stream()
            .sorted(Comparator.comparingLong(ClassCounts::support).reversed())
            .toList();
    if (classes.isEmpty()) {
      return;
    }
    page.section("By class");
    List<ClassCounts> shown =
        classes.stream().filter(c -> c.support() > 0).limit(MOST_CLASSES).toList();
    page.chart(
        new BarChart(
            Axis.of("recall: share of the class's events that were found", "0.000").between(0, 1),
            shown.stream()
                .map(c -> new Bar(c.label(), Role.OURS, Interval.share(c.recall(), c.support())))
                .toList()),
        classes.size() > shown.size()
            ? "Recall of the " + shown.size() + " most frequent classes, with 95% intervals"
            : "Recall of each class, with 95% intervals");
    List<List<String>> rows = new ArrayList<>();
    for (ClassCounts c : classes) {
      rows.add(
          List.of(
              c.label(),
              format("%,d", c.support()),
              format("%,d", c.predicted()),
              format("%.3f", c.recall()),
              format("%.3f", c.precision()),
              format("%.3f", c.f1())));
    }
    page.table(
        new Table(List.of("class", "events", "predicted", "recall", "precision", "F1"), rows));
  }

  private void calibration(Page page) {
    List<Point> ours = Calibration.points(quality.ours().calibration());
    if (ours.size() < 2) {
      return;
    }
    boolean binary = quality.kind() == Kind.BINARY;
    page.section("Do the probabilities mean what they say?");
    page.text(
        "Events are grouped by their predicted probability. On the dotted line the predictions come"
            + " true as often as they say; below it, less often.");
    List<Line> lines = new ArrayList<>();
    if (comparison != null) {
      List<Point> baseline = Calibration.points(quality.model(comparison.baseline()).calibration());
      if (baseline.size() > 1) {
        lines.add(new Line("best baseline", Role.BASELINE, baseline));
      }
    }
    lines.add(new Line("memories", Role.OURS, ours));
    page.chart(
        Calibration.chart(
            binary ? "predicted probability" : "probability of the predicted class",
            binary ? "share that was true" : "share that was right",
            HEIGHT,
            lines),
        format(
            "On average the probabilities of the memories are %.3f off",
            Calibration.error(quality.ours().calibration())));
  }

  static String meaning(Measure measure) {
    return switch (measure) {
      case LOG_LOSS -> "mean of -ln of the probability that the truth was given; lower is better";
      case AUC ->
          "chance that a true event got a higher probability than a false one; 0.5 is guessing";
      case ACCURACY -> "share of events whose most probable class was true";
      case BRIER -> "mean squared error of the probabilities; lower is better";
      case MACRO_F1 -> "harmonic mean of recall and precision, each class counting the same";
      case MEAN_ABSOLUTE_ERROR ->
          "mean distance from the truth, in the target's unit; lower is better";
      case RMSE -> "root of the mean squared distance, in the target's unit; lower is better";
      case MRR -> "mean of one over the place of the item that was taken; 0 beyond the ranking";
      case RECALL_1 -> "share of events whose item was ranked first";
      case RECALL_5 -> "share of events whose item was among the first five";
      case RECALL_10 -> "share of events whose item was among the first ten";
      case R2 -> "share of the labels' variance that is explained; 0 is the mean, 1 is perfect";
    };
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
