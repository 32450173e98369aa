package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.kernels.train.Evaluation;
import java.util.List;

/** Scores of predictions of {@code late} against the labels, for some of the flights. */
final class Scores {
  private static final double LEAST_PROBABILITY = 1e-6;

  private final float[] predicted;
  private final boolean[] late;
  private int size;

  /**
   * @param predictions for every flight, in their order; NaN if there is none
   * @param from the first flight that counts
   * @param to after the last
   */
  Scores(List<Flight> flights, float[] predictions, int from, int to) {
    predicted = new float[to - from];
    late = new boolean[to - from];
    for (int f = from; f < to; f++) {
      if (!Float.isNaN(predictions[f])) {
        predicted[size] = predictions[f];
        late[size++] = flights.get(f).late();
      }
    }
  }

  int size() {
    return size;
  }

  double auc() {
    return Evaluation.auc(predicted, late, size);
  }

  /** Mean squared error of the probabilities. */
  double brier() {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += squaredError(predicted[i], late[i]);
    }
    return sum / size;
  }

  /** Mean negative log likelihood. */
  double logLoss() {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += logLoss(predicted[i], late[i]);
    }
    return sum / size;
  }

  static double squaredError(float probability, boolean late) {
    double error = probability - (late ? 1 : 0);
    return error * error;
  }

  /** Negative log likelihood; the probability is kept off 0 and 1 by one in a million. */
  static double logLoss(float probability, boolean late) {
    double p = late ? probability : 1 - probability;
    return -Math.log(Math.max(LEAST_PROBABILITY, Math.min(1 - LEAST_PROBABILITY, p)));
  }

  /**
   * Flights whose probability lay between two limits.
   *
   * @param flights how many
   * @param predicted their mean probability
   * @param late how many of them were late
   */
  record Bin(int flights, double predicted, int late) {}

  /** Calibration in bins of equal width; those without flights are left out. */
  List<Bin> calibration(int bins) {
    int[] count = new int[bins];
    double[] sum = new double[bins];
    int[] lateCount = new int[bins];
    for (int i = 0; i < size; i++) {
      int bin = Math.min(bins - 1, (int) (predicted[i] * bins));
      count[bin]++;
      sum[bin] += predicted[i];
      lateCount[bin] += late[i] ? 1 : 0;
    }
    return java.util.stream.IntStream.range(0, bins)
        .filter(b -> count[b] > 0)
        .mapToObj(b -> new Bin(count[b], sum[b] / count[b], lateCount[b]))
        .toList();
  }
}
