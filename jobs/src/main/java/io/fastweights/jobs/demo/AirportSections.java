package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.report.Axis;
import io.fastweights.jobs.report.Axis.Numbers;
import io.fastweights.jobs.report.HeatMap;
import io.fastweights.jobs.report.HeatMap.Names;
import io.fastweights.jobs.report.Interval;
import io.fastweights.jobs.report.LineChart;
import io.fastweights.jobs.report.LineChart.Line;
import io.fastweights.jobs.report.LineChart.Point;
import io.fastweights.jobs.report.Page;
import io.fastweights.jobs.report.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** One airport: its worst day, and the memory that it had at the end. */
final class AirportSections {
  private static final int W_COLUMNS = 64;
  private static final int DESTINATIONS = 16;
  private static final int FIRST_HOUR = 6;
  private static final int LAST_HOUR = 22;
  private static final int STRETCH = 2;
  private static final int LEAST_FLIGHTS = 5;
  private static final int HEIGHT = 260;

  private final List<Flight> flights;
  private final Timeline timeline;
  private final Outcomes outcomes;
  private final String airport;

  /**
   * @param outcomes of the memories with no training
   */
  AirportSections(List<Flight> flights, Timeline timeline, Outcomes outcomes, String airport) {
    this.flights = flights;
    this.timeline = timeline;
    this.outcomes = outcomes;
    this.airport = airport;
  }

  /**
   * @param worst day of the month
   */
  void write(Page page, int worst) {
    worstDay(page, worst);
    memory(page);
  }

  private void worstDay(Page page, int worst) {
    IntPredicate there = f -> flights.get(f).dayOfMonth() == worst;
    List<Point> late = points(there, this::lateShare);
    List<Point> predicted = points(there, f -> mean(f, outcomes.probabilities()));
    List<Point> errors = points(there, f -> mean(f, outcomes.recallErrors()));
    List<Point> usual = points(there.negate(), f -> mean(f, outcomes.recallErrors()));
    if (late.isEmpty() || usual.isEmpty()) {
      return;
    }
    page.section(format("The worst day of the month: %s on %d January", airport, worst));
    page.text(
        format(
            "No large airport had longer delays on any day. The memory of %s, with no training,"
                + " began the day with what it knew of the days before. The bands are 95%%"
                + " intervals over flights.",
            airport));
    Axis hours = Axis.of("hour of departure", "0").between(FIRST_HOUR, 24);
    page.chart(
        new LineChart(
            hours,
            Axis.of("share or probability of being late", "0.00").between(0, 1),
            HEIGHT,
            List.of(
                new Line("late", Role.BASELINE, late),
                new Line("predicted", Role.OURS, predicted))),
        "Share of the flights that were late, and the mean probability that the memory gave them");
    page.text(
        "Every landing comes with a recall error: the squared distance of what happened from what"
            + " the memory held. "
            + surprise(errors, usual));
    page.chart(
        new LineChart(
            hours,
            Axis.of("recall error of a landed flight", "0.00").between(0, Double.NaN),
            HEIGHT,
            List.of(
                new Line("other days", Role.BASELINE, usual),
                new Line(worst + " January", Role.OURS, errors))),
        "Recall error by hour of departure, against the mean of the other days");
  }

  /** Compares the recall errors of the first stretch and of the last with the usual ones. */
  private static String surprise(List<Point> errors, List<Point> usual) {
    Point first = errors.get(0);
    Point last = errors.get(errors.size() - 1);
    return format(
        "At first it was %s; for the last departures it was %s.",
        compared(first, usual), compared(last, usual));
  }

  private static String compared(Point point, List<Point> usual) {
    double there =
        usual.stream()
            .filter(other -> other.x() == point.x())
            .mapToDouble(other -> other.y().value())
            .findFirst()
            .orElse(Double.NaN);
    return format("%.2f, on other days %.2f", point.y().value(), there);
  }

  private interface Estimate {
    /** Of the flights at these places. */
    Interval of(int[] flights);
  }

  /** A point for each stretch of hours with enough flights from the airport, at its middle. */
  private List<Point> points(IntPredicate counts, Estimate estimate) {
    List<Point> points = new ArrayList<>();
    for (int hour = FIRST_HOUR; hour < 24; hour += STRETCH) {
      int from = hour;
      int[] there =
          IntStream.range(0, flights.size())
              .filter(f -> flights.get(f).origin().equals(airport))
              .filter(f -> flights.get(f).hour() >= from && flights.get(f).hour() < from + STRETCH)
              .filter(f -> !Float.isNaN(outcomes.recallErrors()[f]))
              .filter(counts)
              .toArray();
      if (there.length >= LEAST_FLIGHTS) {
        points.add(new Point(hour + STRETCH / 2.0, estimate.of(there)));
      }
    }
    return points;
  }

  private Interval lateShare(int[] there) {
    double late = IntStream.of(there).filter(f -> flights.get(f).late()).count();
    return Interval.share(late / there.length, there.length);
  }

  private static Interval mean(int[] there, float[] values) {
    double mean = IntStream.of(there).mapToDouble(f -> values[f]).average().orElse(Double.NaN);
    double squares = IntStream.of(there).mapToDouble(f -> Math.pow(values[f] - mean, 2)).sum();
    double deviation = Math.sqrt(squares / (there.length - 1) / there.length);
    return Interval.normal(mean, deviation);
  }

  private void memory(Page page) {
    page.section("What " + airport + " remembers");
    try (AirportMemory memory = AirportMemory.of(airport, flights, timeline)) {
      List<String> destinations = destinations();
      List<String> hours =
          IntStream.rangeClosed(FIRST_HOUR, LAST_HOUR).mapToObj(Integer::toString).toList();
      float[][] answers = new float[destinations.size()][hours.size()];
      for (int r = 0; r < answers.length; r++) {
        for (int c = 0; c < answers[r].length; c++) {
          answers[r][c] = memory.ask(destinations.get(r), FIRST_HOUR + c);
        }
      }
      page.text(
          "The memory can be asked about any destination and hour. It was made once more from the"
              + " airport's flights outside the job: its bits are those that the job held.");
      page.chart(
          new HeatMap(
              new Names("destination", destinations),
              new Names("hour of departure", hours),
              answers,
              new HeatMap.Rising("probability of being late", new Numbers("0.0#"), 0, 0.6f),
              20),
          "Probability of being late at the end of the month, for the busiest destinations");
      for (int head = 0; head < 2; head++) {
        float[][] w = memory.w(head, W_COLUMNS);
        page.chart(
            new HeatMap(
                Names.NONE,
                Names.NONE,
                w,
                HeatMap.Diverging.of("weight (orange is negative)", w),
                13),
            format(
                "W itself, head %d of 2 (beta %.1f): %,d weights, row by row",
                head + 1, memory.beta(head), w.length * W_COLUMNS));
      }
    }
  }

  private List<String> destinations() {
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

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
