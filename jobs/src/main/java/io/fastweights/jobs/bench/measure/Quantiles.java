package io.fastweights.jobs.bench.measure;

import java.util.Arrays;

/** Quantiles of a sample. */
public final class Quantiles {
  private Quantiles() {}

  /** The smallest value that a fraction {@code q} of the sample does not exceed; NaN of none. */
  public static double of(double[] sample, double q) {
    if (sample.length == 0) {
      return Double.NaN;
    }
    double[] sorted = sample.clone();
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(q * sorted.length) - 1)];
  }
}
