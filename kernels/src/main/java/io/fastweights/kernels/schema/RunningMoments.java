package io.fastweights.kernels.schema;

/**
 * Running mean and variance of a number, for values that drift and have outliers.
 *
 * <p>The n-th value has the share max(1/n, 1/{@value #MEMORY}). Up to {@value #MEMORY} values this
 * is the mean and the variance of all of them (Welford 1962); from then on older values are
 * forgotten exponentially. A value further than {@value #OUTLIER} deviations from the mean counts
 * as one at that distance. So one outlier of any size changes little, and a level that moves for
 * good by a hundred deviations is followed within a hundred values.
 *
 * <p>A short memory makes a number relative to its recent level. That predicts better than the
 * moments of a whole stream on most streams with drift, and costs little on others
 * (docs/events.md).
 *
 * <p>The state is three doubles in an array: the number of values, the mean and the variance. The
 * order of operations is fixed, so the same values in the same order give the same bits.
 */
final class RunningMoments {
  /** Doubles of a state. */
  static final int SIZE = 3;

  /** Values after which older ones are forgotten. */
  static final int MEMORY = 30;

  /** Values that a mean and a deviation of the schema count as, where they are a start. */
  static final int START = 5;

  /** Deviations beyond which a value is an outlier. */
  static final double OUTLIER = 3;

  /** Values are clipped to it; squares of their differences stay finite. */
  private static final double MOST = Scaling.LARGEST_MEAN;

  private RunningMoments() {}

  /**
   * Writes the state before the first value.
   *
   * @param deviation 0 where the statistics start with the first value
   */
  static void start(double mean, double deviation, double[] state, int at) {
    state[at] = deviation > 0 ? START : 0;
    state[at + 1] = mean;
    state[at + 2] = deviation * deviation;
  }

  /** Adds a value that is finite. */
  static void add(double value, double[] state, int at) {
    double count = Math.min(state[at] + 1, MEMORY);
    double share = 1 / count;
    double from = clipped(value, MOST) - state[at + 1];
    double widest = OUTLIER * Math.sqrt(state[at + 2]);
    if (widest > 0) {
      from = clipped(from, widest);
    }
    state[at] = count;
    state[at + 1] += share * from;
    state[at + 2] = (1 - share) * (state[at + 2] + share * from * from);
  }

  /**
   * The value in deviations from the mean, at most {@link #OUTLIER}; 0 where all values were the
   * same.
   */
  static float standardised(double value, double[] state, int at) {
    double deviation = Math.sqrt(state[at + 2]);
    double from = clipped(value, MOST) - state[at + 1];
    return deviation > 0 ? (float) clipped(from / deviation, OUTLIER) : 0;
  }

  private static double clipped(double value, double most) {
    return Math.max(-most, Math.min(most, value));
  }
}
