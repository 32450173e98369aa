package io.fastweights.jobs.demo;

import io.fastweights.jobs.demo.DemoCommand.Result;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.report.Charts;
import io.fastweights.jobs.report.Charts.Axes;
import io.fastweights.jobs.report.Charts.Line;
import io.fastweights.jobs.report.Charts.Role;
import io.fastweights.jobs.report.HeatMap;
import io.fastweights.jobs.report.Page;
import io.fastweights.jobs.report.Page.Bar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The demo as a page to read. */
final class DemoReport {
  private static final int W_COLUMNS = 64;
  private static final int DESTINATIONS = 16;
  private static final int FIRST_HOUR = 6;
  private static final int LAST_HOUR = 22;
  private static final int BINS = 20;
  private static final int LEAST_FLIGHTS_OF_BIN = 100;

  private final List<Flight> flights;
  private final Timeline timeline;
  private final Outcomes outcomes;
  private final Map<String, float[]> baselines;
  private final DemoJob job;
  private final Outcomes trained;
  private final DemoFigures figures;
  private final int from;
  private final Page page = new Page("Will this flight be late?");

  /**
   * @param memory with no training
   * @param trained with trained weights
   * @param from the first flight that is scored
   */
  DemoReport(
      List<Flight> flights,
      Timeline timeline,
      Result memory,
      Result trained,
      Map<String, float[]> baselines,
      DemoFigures figures,
      int from) {
    this.flights = flights;
    this.timeline = timeline;
    this.outcomes = memory.outcomes();
    this.job = memory.job();
    this.trained = trained.outcomes();
    this.baselines = baselines;
    this.figures = figures;
    this.from = from;
  }

  void write(Path file) throws IOException {
    summary();
    byDay();
    calibration();
    WeatherDays days = WeatherDays.find(flights);
    if (days != null) {
      if (days.bad() != days.ordinary()) {
        badWeather(days);
      }
      memory(days.airport());
    }
    operation();
    page.section("The data")
        .note(
            "US Bureau of Transportation Statistics, public domain; extracted from"
                + " flights-3m.parquet of the npm package vega-datasets 3.2.1. All times are"
                + " local times of the airports, taken as they stand.");
    page.write(file);
  }

  private void summary() {
    page.text(
        "Half a million real flights, one memory per airport. Every airport of"
            + " origin has a fast-weight memory W that starts from zero. When a flight"
            + " departs the job is asked whether it will arrive more than 15 minutes late, from"
            + " its destination and its hour of departure alone. Only when the flight has landed"
            + " is the memory told, and W rewritten by the delta rule. Everything that is"
            + " compared lives by that rule.");
    page.text(
        "With no training, keys are random projections and W does all of the learning. The"
            + " trained model has slow weights as well, learned from the flights of 1 to 14"
            + " January and frozen since: they say what a key is made of, how much to write and"
            + " what to make of what is read. Its memories start from zero on 1 January too.");
    page.figures(
        figure("%.3f", figures.value("auc.memory"), "AUC with no training"),
        figure("%.3f", figures.value("auc.trained"), "AUC with trained weights"),
        figure("%,.0f", figures.value("scored"), "flights scored"),
        figure("%,.0f", figures.value("observed"), "flights learned from"),
        figure("%,.0f", figures.value("eventsPerSecond"), "events a second"));
    List<Bar> bars = new ArrayList<>();
    DemoFigures.titles()
        .forEach(
            (name, title) -> {
              double auc = figures.value("auc." + name);
              boolean subject = name.equals("memory") || name.equals("trained");
              bars.add(new Bar(title, (auc - 0.5) / 0.3, format("%.3f", auc), subject));
            });
    page.bars(bars);
    page.note(
        "AUC: the chance that a late flight was given a higher probability than a punctual one;"
            + " 0.5 is guessing, where the bars begin. Scored are the flights of the later part"
            + " of the month, day "
            + flights.get(from).dayOfMonth()
            + " on."
            + (figures.fair() ? "" : " The trained weights have seen some of these flights."));
    page.note(
        "How far to trust it: the time in this file is the actual departure, not the scheduled"
            + " one. A finer time of day would score higher, because to leave at"
            + " a minute that is odd for the route already tells of a delay. Without training the"
            + " memories see the hour only: what the baselines see. The trained weights see twenty"
            + " minutes, the distance, the weekday, and of a flight that has landed how late it"
            + " was: a part of what they are better by.");
  }

  private static String[] figure(String pattern, double value, String name) {
    return new String[] {format(pattern, value), name};
  }

  private void byDay() throws IOException {
    page.section("Day by day");
    page.text(
        "Each point is the AUC among the flights of one day; every model starts from nothing on"
            + " the first. Closest comes the average by route and hour, the strongest that we"
            + " found: it keeps a number for every route and hour, and takes days longer to"
            + " fill. The trained model is shown from the first day that it was not trained on.");
    List<Line> lines = new ArrayList<>();
    lines.add(byDay("fast weights", Role.SUBJECT, outcomes.probabilities(), 0));
    int unseen = Flights.firstOf(flights, Flights.LAST_TRAINED_DAY + 1);
    if (unseen < flights.size()) {
      lines.add(byDay("trained", Role.CONTRAST, trained.probabilities(), unseen));
    }
    Map<String, String> names =
        Map.of(
            "routeHour", "route, hour",
            "logistic", "logistic",
            "destination", "destination",
            "origin", "origin",
            "route", "route",
            "hour", "hour");
    baselines.forEach(
        (name, predictions) -> lines.add(byDay(names.get(name), Role.OTHER, predictions, 0)));
    page.chart(
        () -> Charts.lines(new Axes("day of January 2001", "AUC", "0", "0.00"), 420, lines),
        "AUC by day of the memories and of the baselines");
  }

  private Line byDay(String name, Role role, float[] predictions, int start) {
    List<double[]> points = new ArrayList<>();
    int first = start;
    while (first < flights.size()) {
      int day = flights.get(first).dayOfMonth();
      int next = first;
      while (next < flights.size() && flights.get(next).dayOfMonth() == day) {
        next++;
      }
      points.add(new double[] {day, new Scores(flights, predictions, first, next).auc()});
      first = next;
    }
    return Line.of(name, role, points);
  }

  private void calibration() throws IOException {
    page.section("Do the probabilities mean what they say?");
    page.text(
        format(
            "Flights with about the same predicted probability, and how many of them were late."
                + " On the dashed line the two agree; below it the memory expects more delays than"
                + " come. Brier score %.4f and log loss %.4f without training, %.4f and %.4f"
                + " trained.",
            figures.value("brier.memory"),
            figures.value("logLoss.memory"),
            figures.value("brier.trained"),
            figures.value("logLoss.trained")));
    List<double[]> points = calibration(outcomes);
    List<double[]> ofTrained = calibration(trained);
    if (points.isEmpty() || ofTrained.isEmpty()) {
      page.note("Too few flights for a curve.");
      return;
    }
    List<Line> lines =
        List.of(
            Line.of("fast weights", Role.SUBJECT, points),
            Line.of("trained", Role.CONTRAST, ofTrained),
            Line.of("perfect", Role.GUIDE, List.of(new double[] {0, 0}, new double[] {1, 1})));
    page.chart(
        () -> Charts.lines(new Axes("predicted", "late in truth", "0.0", "0.0"), 400, lines),
        "Share of late flights by predicted probability");
  }

  private List<double[]> calibration(Outcomes of) {
    return new Scores(flights, of.probabilities(), from, flights.size())
        .calibration(BINS).stream()
            .filter(bin -> bin.flights() >= LEAST_FLIGHTS_OF_BIN)
            .map(bin -> new double[] {bin.predicted(), bin.late()})
            .toList();
  }

  private void badWeather(WeatherDays days) throws IOException {
    page.section("A bad day in " + days.airport());
    page.text(
        format(
            "Every prediction comes with a recall error: how far what happened was from what the"
                + " memory held, squared. It rises when the weather turns, and falls again once the"
                + " memory has learned that now everything is late. %d January had the worst delays of the month at any large airport;"
                + " %d January was an ordinary day in %s.",
            days.bad(), days.ordinary(), days.airport()));
    List<Line> lines =
        List.of(
            recallError(days, days.bad(), Role.CONTRAST),
            recallError(days, days.ordinary(), Role.SUBJECT));
    page.chart(
        () ->
            Charts.lines(
                new Axes("hour of departure", "recall error", "0", "0.0").fromZero(), 360, lines),
        "Recall error by hour, on the bad day and on an ordinary one");
  }

  private Line recallError(WeatherDays days, int day, Role role) {
    double[] sums = new double[24];
    int[] counts = new int[24];
    for (int f = 0; f < flights.size(); f++) {
      Flight flight = flights.get(f);
      float error = outcomes.recallErrors()[f];
      if (flight.origin().equals(days.airport())
          && flight.dayOfMonth() == day
          && !Float.isNaN(error)) {
        sums[flight.hour()] += error;
        counts[flight.hour()]++;
      }
    }
    List<double[]> points =
        IntStream.rangeClosed(FIRST_HOUR, LAST_HOUR)
            .filter(hour -> counts[hour] > 0)
            .mapToObj(hour -> new double[] {hour, sums[hour] / counts[hour]})
            .toList();
    return Line.of(day + " January", role, points);
  }

  private void memory(String airport) throws IOException {
    page.section("What " + airport + " remembers");
    try (AirportMemory memory = AirportMemory.of(airport, flights, timeline)) {
      List<String> destinations = destinations(airport);
      List<String> hours =
          IntStream.rangeClosed(FIRST_HOUR, LAST_HOUR).mapToObj(Integer::toString).toList();
      float[][] answers = new float[destinations.size()][hours.size()];
      for (int r = 0; r < answers.length; r++) {
        for (int c = 0; c < answers[r].length; c++) {
          answers[r][c] = memory.ask(destinations.get(r), FIRST_HOUR + c);
        }
      }
      page.text(
          "Asked at the end of the month: the probability of being late by destination (the"
              + " busiest, downwards) and hour of departure.");
      page.heatMap(
          new HeatMap(destinations, hours, answers, new HeatMap.Rising(0, 0.6f)),
          20,
          "Probability of being late by destination and hour");
      for (int head = 0; head < 2; head++) {
        float[][] w = memory.w(head, W_COLUMNS);
        page.text(
            format(
                "W itself, head %d of 2 (beta %.1f): %,d weights, row by row; blue is positive,"
                    + " orange negative.",
                head + 1, memory.beta(head), w.length * W_COLUMNS));
        page.heatMap(
            new HeatMap(List.of(), List.of(), w, HeatMap.Diverging.of(w)),
            13,
            "W of head " + (head + 1));
      }
      page.note(
          "Made once more from the airport's flights outside the job; the arithmetic does not"
              + " depend on batches or on other keys, so these are the bits that the job held.");
    }
  }

  private List<String> destinations(String airport) {
    Map<String, Integer> counts = new HashMap<>();
    for (Flight flight : flights) {
      if (flight.origin().equals(airport)) {
        counts.merge(flight.destination(), 1, Integer::sum);
      }
    }
    return counts.keySet().stream()
        .sorted(Comparator.comparing((String name) -> -counts.get(name)).thenComparing(n -> n))
        .limit(DESTINATIONS)
        .toList();
  }

  private void operation() throws IOException {
    page.section("The job");
    page.text(
        format(
            "%,d events in %.1f seconds on an embedded Flink cluster. Results reach the client"
                + " exactly once, with the checkpoints. The trained model took %.1f seconds.",
            outcomes.events(), job.seconds(), figures.value("trained.seconds")));
    List<double[]> rates =
        job.throughput().stream()
            .map(sample -> new double[] {sample.seconds(), sample.eventsPerSecond()})
            .toList();
    page.chart(
        () ->
            Charts.lines(
                new Axes("seconds", "events a second", "0", "#,##0").fromZero(),
                280,
                List.of(Line.of("events a second", Role.SUBJECT, rates))),
        "Events a second over time");
    if (job.checkpoints().isEmpty()) {
      page.note("The job was over before its first checkpoint.");
      return;
    }
    long start = job.checkpoints().get(0).finished();
    page.chart(
        () ->
            Charts.lines(
                new Axes("seconds since the first checkpoint", "megabytes", "0", "0.0").fromZero(),
                280,
                List.of(
                    checkpoints("whole state", Role.SUBJECT, start, true),
                    checkpoints("written by this checkpoint", Role.CONTRAST, start, false))),
        "Size of the checkpoints over time");
  }

  private Line checkpoints(String name, Role role, long start, boolean whole) {
    List<double[]> points = new ArrayList<>();
    for (Checkpoint checkpoint : job.checkpoints()) {
      double bytes = whole ? checkpoint.stateBytes() : checkpoint.writtenBytes();
      points.add(new double[] {(checkpoint.finished() - start) / 1e3, bytes / 1e6});
    }
    return Line.of(name, role, points);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
