package io.fastweights.jobs.experiment.flights;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.kernels.train.measures.RocCurve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Baselines with hand-made features of the flights: exponential averages of lateness and of the
 * clipped delay at three speeds, for several groups of flights, with hour, weekend and distance.
 * They are trained offline on the flights before the test and scored on it. Averages are updated
 * when a flight has landed.
 */
final class FlightBaselines {
  private static final double[] SPEEDS = {0.02, 0.1, 0.3};
  private static final int PER_GROUP = 2 * SPEEDS.length;

  /** Groups of one origin's flights. */
  private static final List<Function<Flight, String>> ORIGIN =
      List.of(Flight::origin, FlightBaselines::route, f -> route(f) + f.hour());

  /** Groups of all airports' flights. */
  private static final List<Function<Flight, String>> ALL =
      List.of(
          Flight::origin,
          FlightBaselines::route,
          f -> route(f) + f.hour(),
          Flight::destination,
          f -> f.origin() + f.hour(),
          f -> f.destination() + f.hour());

  private FlightBaselines() {}

  /** Trains on departures before {@code test} and scores those from it on. */
  static FlightsExperiment.Baselines run(List<Flight> flights, long test, long seed) {
    return new FlightsExperiment.Baselines(
        auc(flights, test, ORIGIN, 0, seed),
        auc(flights, test, ORIGIN, 32, seed),
        auc(flights, test, ALL, 32, seed));
  }

  private static String route(Flight flight) {
    return flight.origin() + flight.destination();
  }

  private static double auc(
      List<Flight> flights,
      long test,
      List<Function<Flight, String>> groups,
      int hidden,
      long seed) {
    float[][] rows = features(flights, groups);
    int split = 0;
    while (flights.get(split).departure() < test) {
      split++;
    }
    boolean[] labels = new boolean[rows.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = flights.get(i).late();
    }
    SmallNetwork network = new SmallNetwork(rows[0].length, hidden, seed);
    network.train(
        Arrays.copyOf(rows, split), Arrays.copyOf(labels, split), 12, hidden == 0 ? 0.01 : 0.003);
    float[] scores = network.score(Arrays.copyOfRange(rows, split, rows.length));
    return RocCurve.area(scores, Arrays.copyOfRange(labels, split, rows.length), scores.length);
  }

  /** The averages of a group: late and delay at each speed. */
  private static double[] fresh() {
    double[] averages = new double[PER_GROUP];
    Arrays.fill(averages, 0, SPEEDS.length, 0.2);
    return averages;
  }

  private static float[][] features(List<Flight> flights, List<Function<Flight, String>> groups) {
    List<Flight> landings = new ArrayList<>(flights);
    landings.sort(Comparator.comparingLong(Flight::landing));
    List<Map<String, double[]>> averages = new ArrayList<>();
    groups.forEach(group -> averages.add(new HashMap<>()));
    float[][] rows = new float[flights.size()][];
    int landed = 0;
    for (int i = 0; i < rows.length; i++) {
      Flight flight = flights.get(i);
      for (; landings.get(landed).landing() <= flight.departure(); landed++) {
        Flight down = landings.get(landed);
        for (int g = 0; g < groups.size(); g++) {
          String name = groups.get(g).apply(down);
          move(averages.get(g).computeIfAbsent(name, n -> fresh()), down);
        }
      }
      rows[i] = row(flight, groups, averages);
    }
    return rows;
  }

  private static void move(double[] averages, Flight flight) {
    double delay = Math.max(-20, Math.min(120, flight.delay()));
    for (int s = 0; s < SPEEDS.length; s++) {
      averages[s] += SPEEDS[s] * ((flight.late() ? 1 : 0) - averages[s]);
      averages[SPEEDS.length + s] += SPEEDS[s] * (delay - averages[SPEEDS.length + s]);
    }
  }

  private static float[] row(
      Flight flight, List<Function<Flight, String>> groups, List<Map<String, double[]>> averages) {
    float[] row = new float[groups.size() * PER_GROUP + 24 + 2];
    int at = 0;
    for (int g = 0; g < groups.size(); g++) {
      double[] a = averages.get(g).getOrDefault(groups.get(g).apply(flight), fresh());
      for (int s = 0; s < SPEEDS.length; s++) {
        double p = Math.max(0.01, Math.min(0.99, a[s]));
        row[at++] = (float) (Math.log(p / (1 - p)) / 2);
        row[at++] = (float) (a[SPEEDS.length + s] / 30);
      }
    }
    row[at + flight.hour()] = 1;
    row[at + 24] = flight.weekday() >= 6 ? 1 : 0;
    row[at + 25] = flight.miles() / 1000f;
    return row;
  }
}
