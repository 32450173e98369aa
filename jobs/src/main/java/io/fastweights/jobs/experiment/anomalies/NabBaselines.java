package io.fastweights.jobs.experiment.anomalies;

import java.util.SplittableRandom;

/** Simple detectors over the values of a series; each gives a score in [0, 1] for each value. */
final class NabBaselines {
  /** Values of the window of a windowed Gaussian. */
  private static final int WINDOW = 400;

  private NabBaselines() {}

  /** No detection. */
  static double[] none(NabFile file) {
    return new double[file.size()];
  }

  /** Uniform random numbers. */
  static double[] random(NabFile file, long seed) {
    return new SplittableRandom(seed ^ file.name().hashCode()).doubles(file.size()).toArray();
  }

  /**
   * The deviations of a value from the mean of the 400 values before it, z / (1 + z); at most so
   * many, for the first values.
   */
  static double[] runningZ(NabFile file) {
    double[] scores = new double[file.size()];
    double[] values = file.values();
    for (int i = 2; i < scores.length; i++) {
      int from = Math.max(0, i - WINDOW);
      double mean = 0;
      for (int j = from; j < i; j++) {
        mean += values[j] / (i - from);
      }
      double variance = 0;
      for (int j = from; j < i; j++) {
        variance += (values[j] - mean) * (values[j] - mean) / (i - from);
      }
      scores[i] = squashed(Math.abs(values[i] - mean), Math.sqrt(variance));
    }
    return scores;
  }

  /** From how far a value is from what was expected, in deviations. */
  static double squashed(double distance, double deviation) {
    return distance == 0 ? 0 : distance / (distance + deviation);
  }
}
