package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.quality.Quality.CalibrationBin;
import io.fastweights.operator.scoring.Loss;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures of every predictor, for all scored flights and by day.
 *
 * <p>Flights of one day share their weather, so days are the groups of the intervals; those of a
 * single day have its airports of origin as groups.
 */
final class DemoScores {
  private static final int FEWEST_DAYS = 5;

  /**
   * Measures of a predictor over some flights.
   *
   * @param logLoss in nats
   */
  record Measures(GroupedEstimate auc, GroupedEstimate logLoss, GroupedEstimate brier) {}

  /** A day of the month; its measures by predictor. */
  record Day(int day, Map<String, Measures> measures) {
    /** Advantage in AUC of a predictor over another. */
    GroupedEstimate advantage(String name, String over) {
      return measures.get(name).auc().minus(measures.get(over).auc());
    }
  }

  private final List<Flight> flights;
  private final Map<String, float[]> predictions;
  private final List<String> baselines;
  private final int from;
  private final Map<String, Measures> pooled;
  private final List<Day> days = new ArrayList<>();

  /**
   * @param ours predictions of every flight by name of the predictor
   * @param baselines likewise
   * @param from the first flight that is scored
   */
  DemoScores(
      List<Flight> flights, Map<String, float[]> ours, Map<String, float[]> baselines, int from) {
    this.flights = flights;
    this.baselines = List.copyOf(baselines.keySet());
    this.from = from;
    predictions = new LinkedHashMap<>(ours);
    predictions.putAll(baselines);
    int firstDay = flights.get(from).dayOfMonth();
    boolean byDay = flights.get(flights.size() - 1).dayOfMonth() - firstDay >= FEWEST_DAYS - 1;
    pooled = measure(from, flights.size(), byDay);
    for (int first = 0, next; first < flights.size(); first = next) {
      int day = flights.get(first).dayOfMonth();
      next = first;
      while (next < flights.size() && flights.get(next).dayOfMonth() == day) {
        next++;
      }
      days.add(new Day(day, measure(first, next, false)));
    }
  }

  /** Flights without a prediction of every predictor are left out. */
  private int[] predicted(int first, int next) {
    return IntStream.range(first, next)
        .filter(f -> predictions.values().stream().noneMatch(p -> Float.isNaN(p[f])))
        .toArray();
  }

  private Map<String, Measures> measure(int first, int next, boolean byDay) {
    int[] of = predicted(first, next);
    boolean[] late = new boolean[of.length];
    int[] group = new int[of.length];
    Map<Object, Integer> groups = new HashMap<>();
    for (int i = 0; i < of.length; i++) {
      Flight flight = flights.get(of[i]);
      late[i] = flight.late();
      Object key = byDay ? (Object) flight.dayOfMonth() : flight.origin();
      group[i] = groups.computeIfAbsent(key, k -> groups.size());
    }
    Map<String, Measures> measures = new LinkedHashMap<>();
    predictions.forEach(
        (name, all) -> {
          float[] p = new float[of.length];
          double[] logLoss = new double[of.length];
          double[] brier = new double[of.length];
          float[] probability = new float[1];
          float[] label = new float[1];
          for (int i = 0; i < of.length; i++) {
            p[i] = all[of[i]];
            probability[0] = p[i];
            label[0] = late[i] ? 1 : 0;
            logLoss[i] = Loss.BINARY.of(probability, label);
            brier[i] = Loss.BINARY.bounded(probability, label, 1);
          }
          measures.put(
              name,
              new Measures(
                  GroupedEstimate.auc(p, late, group, groups.size()),
                  GroupedEstimate.mean(logLoss, group, groups.size()),
                  GroupedEstimate.mean(brier, group, groups.size())));
        });
    return measures;
  }

  /** Of all scored flights. */
  Measures of(String name) {
    return pooled.get(name);
  }

  /** Every day, those before the first that is scored too. */
  List<Day> days() {
    return days;
  }

  List<Day> scoredDays() {
    int first = flights.get(from).dayOfMonth();
    return days.stream().filter(day -> day.day() >= first).toList();
  }

  /** Scored days on which a baseline's AUC is above that of a predictor. */
  List<Integer> lostDays(String name, String baseline) {
    return scoredDays().stream()
        .filter(day -> day.advantage(name, baseline).value() < 0)
        .map(Day::day)
        .toList();
  }

  /** The baseline of the largest AUC. */
  String best() {
    return baselines.stream()
        .max(Comparator.comparingDouble(name -> of(name).auc().value()))
        .orElseThrow();
  }

  /** Number of scored flights. */
  int scored() {
    return predicted(from, flights.size()).length;
  }

  /** A predictor's probabilities in bins of equal width; those without flights are left out. */
  List<CalibrationBin> calibration(String name, int bins) {
    float[] all = predictions.get(name);
    long[] count = new long[bins];
    double[] sum = new double[bins];
    double[] late = new double[bins];
    for (int f : predicted(from, flights.size())) {
      int bin = Math.min(bins - 1, (int) (all[f] * bins));
      count[bin]++;
      sum[bin] += all[f];
      late[bin] += flights.get(f).late() ? 1 : 0;
    }
    return IntStream.range(0, bins)
        .filter(b -> count[b] > 0)
        .mapToObj(b -> new CalibrationBin(count[b], sum[b] / count[b], late[b] / count[b]))
        .toList();
  }

  List<String> baselines() {
    return baselines;
  }
}
