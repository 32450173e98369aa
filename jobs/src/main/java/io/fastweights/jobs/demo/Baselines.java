package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Baselines without fast weights: exponential averages of {@code late}, and an online logistic
 * regression on four of them. Like the memory, they predict at the departure and learn at the
 * landing.
 */
final class Baselines {
  /** Rate of late flights before the first label. */
  static final double START = 0.2;

  private static final double WEIGHT = 0.05;
  private static final double HOUR_WEIGHT = 0.0005;

  private final Average hour = new Average(HOUR_WEIGHT, Flight::hour);
  private final Average route = new Average(WEIGHT, f -> f.origin() + f.destination());
  private final Average origin = new Average(WEIGHT, Flight::origin);
  private final Average destination = new Average(WEIGHT, Flight::destination);
  private final Average routeHour =
      new Average(WEIGHT, f -> f.origin() + f.destination() + f.hour());
  private final Logistic logistic = new Logistic(List.of(hour, route, origin, destination));
  private final Map<String, Baseline> all = new LinkedHashMap<>();

  /** Predicts {@code late}. */
  private interface Baseline {
    /** The probability at the departure. */
    double ask(Flight flight);

    void observe(Flight flight);
  }

  private Baselines() {
    all.put("hour", hour);
    all.put("route", route);
    all.put("origin", origin);
    all.put("destination", destination);
    // Learns before its averages are updated: the step uses their previous values.
    all.put("logistic", logistic);
    all.put("routeHour", routeHour);
  }

  /** Their predictions for every flight, in order of the flights, by name of the baseline. */
  static Map<String, float[]> predict(List<Flight> flights, Timeline timeline) {
    Baselines baselines = new Baselines();
    Map<String, float[]> predictions = new LinkedHashMap<>();
    baselines.all.keySet().forEach(name -> predictions.put(name, new float[flights.size()]));
    for (int event = 0; event < timeline.size(); event++) {
      int index = timeline.flight(event);
      Flight flight = flights.get(index);
      if (timeline.asks(event)) {
        baselines.all.forEach(
            (name, baseline) -> predictions.get(name)[index] = (float) baseline.ask(flight));
      } else {
        baselines.all.values().forEach(baseline -> baseline.observe(flight));
      }
    }
    return predictions;
  }

  /** An exponential average of {@code late} for each group. */
  private static final class Average implements Baseline {
    private final double weight;
    private final Function<Flight, Object> by;
    private final Map<Object, double[]> means = new HashMap<>();

    Average(double weight, Function<Flight, Object> by) {
      this.weight = weight;
      this.by = by;
    }

    @Override
    public double ask(Flight flight) {
      double[] mean = means.get(by.apply(flight));
      return mean == null ? START : mean[0];
    }

    @Override
    public void observe(Flight flight) {
      double[] mean = means.computeIfAbsent(by.apply(flight), key -> new double[] {START});
      mean[0] += weight * ((flight.late() ? 1 : 0) - mean[0]);
    }
  }

  /** Plain stochastic gradient descent on what was known when the flight departed. */
  private static final class Logistic implements Baseline {
    private static final double RATE = 0.01;

    private final List<Average> averages;
    private final double[] weights;
    private final Map<Flight, double[]> departed = new HashMap<>();

    Logistic(List<Average> averages) {
      this.averages = averages;
      this.weights = new double[averages.size() + 4];
    }

    @Override
    public double ask(Flight flight) {
      double[] x = new double[weights.length];
      int at = 0;
      for (Average average : averages) {
        double p = average.ask(flight);
        x[at++] = Math.log(p / (1 - p));
      }
      x[at++] = flight.miles() / 1000.0;
      x[at++] = (flight.hour() - 12) / 12.0;
      x[at++] = flight.weekday() >= 6 ? 1 : 0;
      x[at] = 1;
      departed.put(flight, x);
      return probability(x);
    }

    @Override
    public void observe(Flight flight) {
      double[] x = departed.remove(flight);
      if (x == null) {
        return;
      }
      double error = (flight.late() ? 1 : 0) - probability(x);
      for (int i = 0; i < x.length; i++) {
        weights[i] += RATE * error * x[i];
      }
    }

    private double probability(double[] x) {
      double sum = 0;
      for (int i = 0; i < x.length; i++) {
        sum += weights[i] * x[i];
      }
      return 1 / (1 + Math.exp(-sum));
    }
  }
}
