package io.fastweights.operator.scoring;

import org.apache.flink.annotation.Internal;

/**
 * Expected calibration error over a sliding window (Guo, Pleiss, Sun and Weinberger, "On
 * Calibration of Modern Neural Networks", 2017, equation 3): predictions are put into ten bins by
 * their confidence, and each bin's mean confidence is compared with its share of hits. Sums are of
 * whole numbers, so that removals from the window are exact.
 *
 * <p>One thread adds; any may read.
 */
@Internal
public final class CalibrationError {
  private static final int BINS = 10;
  private static final int ONE = 1 << 24;

  private final int[] ring;
  private final long[] confidence = new long[BINS];
  private final long[] hits = new long[BINS];
  private int at;
  private long seen;
  private volatile double error = Double.NaN;

  /**
   * @param window events of the sliding window
   */
  public CalibrationError(int window) {
    ring = new int[window];
  }

  /**
   * Adds a prediction.
   *
   * @param probability that it gave to an outcome, in [0, 1]
   * @param hit true if the outcome occurred
   */
  public void add(double probability, boolean hit) {
    if (seen >= ring.length) {
      change(ring[at], -1);
    }
    int fixed = (int) Math.round(Math.max(0, Math.min(1, probability)) * ONE);
    ring[at] = fixed << 1 | (hit ? 1 : 0);
    change(ring[at], 1);
    at = at + 1 == ring.length ? 0 : at + 1;
    seen++;
    error = gaps() / Math.min(seen, ring.length);
  }

  private void change(int entry, int by) {
    int fixed = entry >> 1;
    int bin = Math.min(BINS - 1, (int) ((long) fixed * BINS / ONE));
    confidence[bin] += (long) by * fixed;
    hits[bin] += (long) by * (entry & 1);
  }

  private double gaps() {
    double sum = 0;
    for (int b = 0; b < BINS; b++) {
      sum += Math.abs((double) confidence[b] / ONE - hits[b]);
    }
    return sum;
  }

  /** In [0, 1]; NaN before the first prediction. */
  public double error() {
    return error;
  }
}
