package io.fastweights.jobs.demo;

import io.fastweights.jobs.demo.DemoCommand.Result;
import io.fastweights.jobs.demo.DemoScores.Day;
import io.fastweights.jobs.demo.DemoScores.Measures;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.quality.Quality.CalibrationBin;
import io.fastweights.jobs.quality.page.Calibration;
import io.fastweights.jobs.report.Axis;
import io.fastweights.jobs.report.BarChart;
import io.fastweights.jobs.report.BarChart.Bar;
import io.fastweights.jobs.report.LineChart;
import io.fastweights.jobs.report.LineChart.Line;
import io.fastweights.jobs.report.LineChart.Point;
import io.fastweights.jobs.report.LineChart.Shape;
import io.fastweights.jobs.report.Page;
import io.fastweights.jobs.report.Page.Figure;
import io.fastweights.jobs.report.Role;
import io.fastweights.jobs.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** The demo as a page to read. */
final class DemoReport {
  private static final int BINS = 20;
  private static final int LEAST_FLIGHTS_OF_BIN = 100;
  private static final int TALL = 340;
  private static final int LOW = 220;

  private final List<Flight> flights;
  private final Timeline timeline;
  private final Result memory;
  private final DemoScores scores;
  private final DemoFigures figures;
  private final int from;
  private final String best;
  private final DemoVerdict verdict;
  private final Page page = new Page("Will this flight be late?");

  /**
   * @param memory with no training
   * @param from the first flight that is scored
   */
  DemoReport(
      List<Flight> flights,
      Timeline timeline,
      Result memory,
      DemoScores scores,
      DemoFigures figures,
      int from) {
    this.flights = flights;
    this.timeline = timeline;
    this.memory = memory;
    this.scores = scores;
    this.figures = figures;
    this.from = from;
    this.best = scores.best();
    this.verdict = new DemoVerdict(scores);
  }

  void write(Path file) throws IOException {
    summary();
    byDay();
    calibration();
    WorstDay.find(flights)
        .ifPresent(
            worst ->
                new AirportSections(flights, timeline, memory.outcomes(), worst.airport())
                    .write(page, worst.day()));
    operation();
    page.section("The data")
        .note(
            "US Bureau of Transportation Statistics, public domain; extracted from"
                + " flights-3m.parquet of the npm package vega-datasets 3.2.1. All times are"
                + " local times of the airports, taken as they stand.");
    page.write(file);
  }

  private void summary() {
    page.lead(verdict.headline());
    page.warning("Where a baseline is better", verdict.losses());
    page.figures(
        new Figure(format("%.3f", scores.of("trained").auc().value()), "AUC, trained weights"),
        new Figure(format("%.3f", scores.of("memory").auc().value()), "AUC, no training"),
        new Figure(format("%.3f", scores.of(best).auc().value()), "AUC, best baseline"),
        new Figure(format("%,.0f", figures.value("scored")), "flights scored"),
        new Figure(
            format("%,.0f", figures.value("eventsPerSecond")), "events a second, no training"));
    page.text(
        "Every airport of origin has a fast-weight memory W that starts from zero. When a flight"
            + " departs, the job predicts if it will arrive more than 15 minutes late. When the"
            + " flight has landed, W is rewritten by the delta rule. No predictor on this page"
            + " gets a label before its flight has landed.");
    List<Bar> bars = new ArrayList<>();
    DemoFigures.titles()
        .forEach((name, title) -> bars.add(new Bar(title, role(name), auc(name).interval())));
    bars.sort((a, b) -> Double.compare(b.value().value(), a.value().value()));
    page.chart(
        new BarChart(
            Axis.of("AUC; 0.5 is guessing", "0.000").between(0.5, Double.NaN), List.copyOf(bars)),
        format("AUC of %,.0f flights, with 95%% intervals", figures.value("scored")));
    measures();
    page.note(
        "AUC is the chance that a late flight got a higher probability than a punctual one. Log"
            + " loss (in nats) and Brier score measure the probabilities; lower is better."
            + " Intervals are over "
            + (scores.scoredDays().size() > 4 ? "days" : "airports")
            + ", because flights of one day share their weather. Scored are the flights of day "
            + flights.get(from).dayOfMonth()
            + " of the month and later."
            + (figures.fair() ? "" : " The trained weights have seen some of these flights."));
    page.section("How far to trust it");
    page.text(
        "The time in this file is the actual departure, not the scheduled one. A finer time of day"
            + " would score higher: a departure at a minute that is odd for the route already"
            + " tells of a delay. With no training, the memories see the destination and the hour,"
            + " as the baselines do.");
    page.text(
        "The trained weights see more than the baselines: slots of 20 minutes, the distance, the"
            + " weekday, and how late each landed flight was. A part of their lead comes from"
            + " that. They were learned from the flights of 1 to 14 January and are frozen since;"
            + " their memories start from zero on 1 January too.");
  }

  private static Role role(String name) {
    return switch (name) {
      case "trained" -> Role.OURS;
      case "memory" -> Role.VARIANT;
      default -> Role.BASELINE;
    };
  }

  private GroupedEstimate auc(String name) {
    return scores.of(name).auc();
  }

  private void measures() {
    Axis.Numbers three = new Axis.Numbers("0.000");
    List<List<String>> rows = new ArrayList<>();
    DemoFigures.titles()
        .forEach(
            (name, title) -> {
              Measures of = scores.of(name);
              rows.add(
                  List.of(
                      title,
                      of.auc().interval().text(three),
                      of.logLoss().interval().text(three),
                      of.brier().interval().text(three)));
            });
    page.table(new Table(List.of("", "AUC (95%)", "log loss (95%)", "Brier score (95%)"), rows));
  }

  private void byDay() {
    page.section("Day by day");
    page.text(
        "Every predictor starts from nothing on 1 January. The "
            + verdict.bestTitle()
            + " keeps a number for every group and takes days to fill; then it catches up with"
            + " the memories that had no training. Trained weights are shown from the first day"
            + " that they have not seen. The bands are 95% intervals over airports.");
    List<Line> lines = new ArrayList<>();
    lines.add(byDay("best baseline", best, Role.BASELINE, day -> true));
    lines.add(byDay("no training", "memory", Role.VARIANT, day -> true));
    if (scores.days().stream().anyMatch(DemoReport::unseen)) {
      lines.add(byDay("trained", "trained", Role.OURS, DemoReport::unseen));
    }
    double least =
        lines.stream()
            .flatMap(line -> line.points().stream())
            .mapToDouble(point -> point.y().value())
            .min()
            .orElse(0);
    Axis days = Axis.of("day of January 2001", "0");
    Axis auc =
        Axis.of("AUC of the flights of a day", "0.000")
            .between(Math.round(Math.min(0.5, least) * 10) / 10.0, Double.NaN);
    page.chart(
        new LineChart(days, auc, TALL, lines),
        format(
            "AUC by day against the %s: trained weights lead on %s, memories with no training on"
                + " %s",
            verdict.bestTitle(), verdict.daysAhead("trained"), verdict.daysAhead("memory")));
    Axis lead = Axis.of("AUC of the memories minus AUC of the baseline", "+0.000;-0.000");
    page.chart(
        new LineChart(days, lead, LOW, List.of(lead(true), lead(false))),
        "No training: the lead over the "
            + verdict.bestTitle()
            + " by day, with 95% intervals. Orange days go to the baseline.");
  }

  private static boolean unseen(Day day) {
    return day.day() > Flights.LAST_TRAINED_DAY;
  }

  private Line byDay(String title, String name, Role role, Predicate<Day> shown) {
    return new Line(
        title,
        role,
        scores.days().stream()
            .filter(shown)
            .map(day -> new Point(day.day(), day.measures().get(name).auc().interval()))
            .toList());
  }

  private Line lead(boolean ahead) {
    return new Line(
        ahead ? "memories ahead" : "baseline ahead",
        ahead ? Role.OURS : Role.WARNING,
        Shape.DOTS,
        scores.days().stream()
            .map(day -> new Point(day.day(), day.advantage("memory", best).interval()))
            .filter(point -> point.y().value() >= 0 == ahead)
            .toList());
  }

  private void calibration() {
    page.section("Do the probabilities mean what they say?");
    List<CalibrationBin> untrained = scores.calibration("memory", BINS);
    List<CalibrationBin> ofTrained = scores.calibration("trained", BINS);
    List<Line> lines =
        List.of(
            new Line("no training", Role.VARIANT, points(untrained)),
            new Line("trained", Role.OURS, points(ofTrained)));
    if (lines.stream().anyMatch(line -> line.points().isEmpty())) {
      page.note("Too few flights for a curve.");
      return;
    }
    page.text(
        "Flights are grouped by their predicted probability. On the dotted line, as many are late"
            + " as predicted; below it, fewer are.");
    page.chart(
        Calibration.chart(
            "predicted probability of being late",
            "share of the flights that were late",
            TALL,
            lines),
        format(
            "Share of late flights by predicted probability; on average %.3f off without training,"
                + " %.3f off with trained weights",
            Calibration.error(untrained), Calibration.error(ofTrained)));
  }

  private static List<Point> points(List<CalibrationBin> bins) {
    return Calibration.points(
        bins.stream().filter(bin -> bin.events() >= LEAST_FLIGHTS_OF_BIN).toList());
  }

  private void operation() {
    DemoJob job = memory.job();
    page.section("The job");
    page.text(
        format(
            "%,d events in %.1f seconds on an embedded Flink cluster of this machine, with RocksDB"
                + " and a checkpoint every few seconds: %,.0f events a second. Results reach the"
                + " client exactly once, with the checkpoints. The trained model took %.1f"
                + " seconds.",
            memory.outcomes().events(),
            job.seconds(),
            figures.value("eventsPerSecond"),
            figures.value("trained.seconds")));
    List<Point> delivered = new ArrayList<>(List.of(new Point(0, 0.0)));
    double total = 0;
    double before = 0;
    for (Throughput.Sample sample : job.throughput()) {
      total += sample.eventsPerSecond() * (sample.seconds() - before);
      before = sample.seconds();
      delivered.add(new Point(sample.seconds(), total / 1e3));
    }
    page.chart(
        new LineChart(
            Axis.of("seconds since the start", "0.0").between(0, Double.NaN),
            Axis.of("thousand results delivered", "#,##0").between(0, Double.NaN),
            LOW,
            List.of(new Line("results", Role.OURS, delivered))),
        "Results delivered to the client, which gets them with each checkpoint");
    if (job.checkpoints().isEmpty()) {
      page.note("The job was over before its first checkpoint.");
      return;
    }
    page.chart(
        new LineChart(
            Axis.of("seconds since the first checkpoint", "0.0"),
            Axis.of("megabytes", "0.00").between(0, Double.NaN),
            LOW,
            List.of(
                checkpoints("this checkpoint", Role.BASELINE, false),
                checkpoints("whole state", Role.OURS, true))),
        "Size of the state, and what each checkpoint wrote");
  }

  private Line checkpoints(String name, Role role, boolean whole) {
    List<Checkpoint> all = memory.job().checkpoints();
    long start = Collections.min(all.stream().map(Checkpoint::finished).toList());
    return new Line(
        name,
        role,
        all.stream()
            .map(
                of ->
                    new Point(
                        (of.finished() - start) / 1e3,
                        (whole ? of.stateBytes() : of.writtenBytes()) / 1e6))
            .toList());
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
