package io.fastweights.jobs.live;

import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.events.ReasonCounts;
import io.fastweights.jobs.output.PredictionCounts;
import io.fastweights.jobs.output.RejectedRows;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.progress.StatusLine;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.QualityTotals;
import io.fastweights.jobs.quality.RecallErrors;
import io.fastweights.jobs.quality.SurprisingKeys;
import io.fastweights.jobs.quality.page.JobFacts;
import io.fastweights.jobs.quality.page.JobFacts.Refusals;
import io.fastweights.jobs.quality.page.QualityPage;
import io.fastweights.jobs.report.Axis;
import io.fastweights.jobs.report.LineChart;
import io.fastweights.jobs.report.LineChart.Line;
import io.fastweights.jobs.report.LineChart.Point;
import io.fastweights.jobs.report.Page;
import io.fastweights.jobs.report.Page.Figure;
import io.fastweights.jobs.report.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A running job as a page: its measures so far, and rate, recall error and checkpoints. */
public final class LiveView {
  private static final int MOST_SAMPLES = 300;
  private static final int HEIGHT = 180;
  private static final double LEAST_SECONDS = 0.9;

  /** Totals of a cluster come with the heartbeats of its TaskManagers, which are 10 s apart. */
  private static final double STILL_SECONDS = 15;

  /** Totals at a time, in seconds since the start. */
  private record Sample(double seconds, long events, double recallErrors, long observed) {}

  private final String title;
  private final String source;
  private final String model;
  private final String schema;
  private final long bytes;
  private final List<Sample> samples = new ArrayList<>();
  private Map<String, Object> totals = Map.of();
  private final List<Checkpoint> checkpoints = new ArrayList<>();
  private long completed;
  private double seconds;
  private boolean ended;

  /**
   * @param source of the events, in words
   * @param model in words
   * @param schema as JSON
   * @param bytes of all files; 0 where that is not known
   */
  public LiveView(String title, String source, String model, String schema, long bytes) {
    this.title = title;
    this.source = source;
    this.model = model;
    this.schema = schema;
    this.bytes = bytes;
  }

  /**
   * Takes the state of the job.
   *
   * @param now seconds since the start
   * @param accumulators of the job so far
   * @param done completed checkpoints, oldest first; a cluster forgets those long past
   */
  public synchronized void update(
      double now, Map<String, Object> accumulators, List<Checkpoint> done) {
    seconds = now;
    take(done);
    if (accumulators.isEmpty()) {
      return;
    }
    totals = accumulators;
    Sample last = samples.isEmpty() ? null : samples.get(samples.size() - 1);
    boolean isStill = last != null && events() == last.events();
    if (last == null || now - last.seconds() >= (isStill ? STILL_SECONDS : LEAST_SECONDS)) {
      samples.add(
          new Sample(
              now,
              events(),
              number(RecallErrors.SUM).doubleValue(),
              number(RecallErrors.COUNT).longValue()));
      if (samples.size() > MOST_SAMPLES) {
        thin(samples);
      }
    }
  }

  private void take(List<Checkpoint> done) {
    long last = checkpoints.isEmpty() ? -1 : checkpoints.get(checkpoints.size() - 1).finished();
    for (Checkpoint checkpoint : done) {
      if (checkpoint.finished() > last) {
        checkpoints.add(checkpoint);
        completed++;
      }
    }
    if (checkpoints.size() > MOST_SAMPLES) {
      thin(checkpoints);
    }
  }

  /** Drops every second one, the last aside: a long job has them further apart. */
  private static <T> void thin(List<T> all) {
    List<T> kept = new ArrayList<>();
    for (int i = (all.size() - 1) % 2; i < all.size(); i += 2) {
      kept.add(all.get(i));
    }
    all.clear();
    all.addAll(kept);
  }

  /** The job has ended; arguments are those of {@link #update}. */
  public synchronized void end(
      double now, Map<String, Object> accumulators, List<Checkpoint> done) {
    update(now, accumulators, done);
    ended = true;
  }

  private Number number(String name) {
    return totals.get(name) instanceof Number number ? number : Integer.valueOf(0);
  }

  private long events() {
    return number(PredictionCounts.OBSERVED).longValue()
        + number(PredictionCounts.ASKED).longValue();
  }

  /** The page as it is now. */
  public synchronized Page page() {
    Page page = new Page(title);
    page.note(state());
    Quality quality =
        totals.get(QualityTotals.NAME) instanceof QualityTotals sums ? sums.quality() : null;
    page.figures(figures(quality).toArray(Figure[]::new));
    new QualityPage(quality, facts()).compose(page);
    page.section("The job");
    chart(page, "events a second", "#,##0", "Events a second", this::rate);
    chart(page, "mean recall error", "0.000", "Recall error of observed events", this::recallError);
    checkpoints(page);
    return page;
  }

  private String state() {
    String time = format("%.0f seconds", seconds);
    if (ended) {
      return "The job has ended, after " + time + ". This page does not change any more.";
    }
    if (bytes == 0) {
      return "Running for " + time + ".";
    }
    double share = Math.min(1, number(EventParser.BYTES).doubleValue() / bytes);
    String left = StatusLine.left(share, seconds);
    return "Running for " + time + (left.isEmpty() ? "." : ": read " + left + ".");
  }

  private List<Figure> figures(Quality quality) {
    List<Figure> figures = new ArrayList<>();
    int last = samples.size() - 1;
    if (last > 0) {
      figures.add(new Figure(format("%,.0f", rate(last)), "events a second now"));
      figures.add(new Figure(format("%.3f", recallError(last)), "mean recall error now"));
    }
    if (bytes == 0 && quality != null && !ended) {
      double lag = (System.currentTimeMillis() - quality.last()) / 1e3;
      figures.add(new Figure(format("%,.1f s", lag), "behind the clock"));
    }
    figures.add(new Figure(format("%,d", number(RecallErrors.DRIFTS).longValue()), "drifts"));
    figures.add(new Figure(format("%,d", completed), "checkpoints"));
    return figures;
  }

  private JobFacts facts() {
    double first = number(PredictionCounts.FIRST).doubleValue();
    double predicting = number(PredictionCounts.LAST).doubleValue() - first;
    long malformed = number(RejectedRows.MALFORMED).longValue();
    long read = events() + malformed;
    return new JobFacts(
        title,
        source,
        model,
        read,
        malformed,
        predicting > 0 ? read / predicting : 0,
        refusals(),
        surprising(),
        schema);
  }

  private List<SurprisingKeys.Key> surprising() {
    List<SurprisingKeys.Key> keys = new ArrayList<>();
    if (totals.get(SurprisingKeys.NAME) instanceof List<?> found) {
      for (Object key : found) {
        if (key instanceof SurprisingKeys.Key known) {
          keys.add(known);
        }
      }
    }
    return SurprisingKeys.sorted(keys);
  }

  private List<Refusals> refusals() {
    if (!(totals.get(ReasonCounts.NAME) instanceof Map<?, ?> reasons)) {
      return List.of();
    }
    List<Refusals> refusals = new ArrayList<>();
    for (Object kind : reasons.values()) {
      if (kind instanceof ReasonCounts.Kind known) {
        refusals.add(new Refusals(known.count(), known.first()));
      }
    }
    refusals.sort((a, b) -> Long.compare(b.events(), a.events()));
    return refusals;
  }

  /** Since the sample before. */
  private double rate(int sample) {
    Sample now = samples.get(sample);
    Sample before = samples.get(sample - 1);
    return (now.events() - before.events()) / (now.seconds() - before.seconds());
  }

  /** Since the sample before; NaN if nothing was learned. */
  private double recallError(int sample) {
    Sample now = samples.get(sample);
    Sample before = samples.get(sample - 1);
    return (now.recallErrors() - before.recallErrors()) / (now.observed() - before.observed());
  }

  private interface Value {
    double of(int sample);
  }

  private void chart(Page page, String title, String pattern, String message, Value value) {
    List<Point> points = new ArrayList<>();
    for (int i = 1; i < samples.size(); i++) {
      points.add(new Point(samples.get(i).seconds(), value.of(i)));
    }
    if (points.size() > 1) {
      draw(page, "seconds since the start", title, pattern, message, points);
    }
  }

  private void checkpoints(Page page) {
    if (checkpoints.size() > 1) {
      long start = checkpoints.get(0).finished();
      ToDoubleFunction<Checkpoint> at = checkpoint -> (checkpoint.finished() - start) / 1e3;
      draw(
          page,
          "seconds since the first checkpoint",
          "megabytes",
          "0.00",
          "Size of the state, by checkpoint",
          checkpoints.stream()
              .map(one -> new Point(at.applyAsDouble(one), one.stateBytes() / 1e6))
              .toList());
    }
  }

  private static void draw(
      Page page, String x, String y, String pattern, String message, List<Point> points) {
    page.chart(
        new LineChart(
            Axis.of(x, "0.0"),
            Axis.of(y, pattern).between(0, Double.NaN),
            HEIGHT,
            List.of(new Line(y, Role.OURS, points))),
        message);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
