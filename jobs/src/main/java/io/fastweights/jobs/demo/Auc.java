package io.fastweights.jobs.demo;

import java.util.Arrays;

/**
 * Area under the receiver operating characteristic: the chance that a positive scores above a
 * negative, ties counting one half. Exact, by the rank sum of Mann and Whitney.
 */
final class Auc {
  private Auc() {}

  /**
   * @param scores finite; the first {@code size} count
   * @param positive of the same length
   * @return NaN where all labels are the same
   */
  static double of(float[] scores, boolean[] positive, int size) {
    long[] ranked = new long[size];
    long positives = 0;
    for (int i = 0; i < size; i++) {
      ranked[i] = (long) ordered(scores[i]) << 1 | (positive[i] ? 1 : 0);
      positives += ranked[i] & 1;
    }
    Arrays.sort(ranked);
    double rankSum = 0;
    for (int from = 0, to; from < size; from = to) {
      long positivesHere = 0;
      for (to = from; to < size && ranked[to] >> 1 == ranked[from] >> 1; to++) {
        positivesHere += ranked[to] & 1;
      }
      rankSum += positivesHere * (from + 1 + to) / 2.0;
    }
    long negatives = size - positives;
    if (positives == 0 || negatives == 0) {
      return Double.NaN;
    }
    return (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
  }

  /** An int that orders as the float does. */
  private static int ordered(float score) {
    int bits = Float.floatToIntBits(score + 0f);
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }
}
