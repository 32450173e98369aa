package io.fastweights.kernels.train.measures;

import java.util.Arrays;

/**
 * The ROC curve of two histograms of scores, one of negative events and one of positive events. Two
 * events in one bin count as tied.
 */
public final class RocCurve {
  private final long[] negatives;
  private final long[] positives;
  private final double[] below;
  private final double[] above;
  private final long allNegatives;
  private final long allPositives;
  private final double area;

  /**
   * @param negatives events of each bin, in ascending order of score
   * @param positives likewise, of the same bins
   */
  public RocCurve(long[] negatives, long[] positives) {
    this.negatives = negatives;
    this.positives = positives;
    below = new double[negatives.length];
    above = new double[positives.length];
    allNegatives = Arrays.stream(negatives).sum();
    allPositives = Arrays.stream(positives).sum();
    long negativesBelow = 0;
    long positivesBelow = 0;
    double pairs = 0;
    for (int bin = 0; bin < below.length; bin++) {
      below[bin] = negativesBelow + negatives[bin] / 2.0;
      above[bin] = allPositives - positivesBelow - positives[bin] / 2.0;
      pairs += positives[bin] * below[bin];
      negativesBelow += negatives[bin];
      positivesBelow += positives[bin];
    }
    area = pairs / ((double) allNegatives * allPositives);
  }

  /** The curve of events with these ranks, which are their bins. */
  public static RocCurve of(int[] ranks, boolean[] positive) {
    long[] negatives = new long[ranks.length];
    long[] positives = new long[ranks.length];
    for (int i = 0; i < ranks.length; i++) {
      (positive[i] ? positives : negatives)[ranks[i]]++;
    }
    return new RocCurve(negatives, positives);
  }

  /** Ranks of the first {@code count} scores: 0 for the smallest, the same for equal ones. */
  public static int[] ranks(float[] scores, int count) {
    long[] sorted = new long[count];
    for (int i = 0; i < count; i++) {
      // + 0 makes one of the two zeros; the flip orders negative floats.
      int bits = Float.floatToIntBits(scores[i] + 0f);
      sorted[i] = (long) (bits ^ (bits >> 31 & Integer.MAX_VALUE)) << 32 | i;
    }
    Arrays.sort(sorted);
    int[] ranks = new int[count];
    for (int i = 1, rank = 0; i < count; i++) {
      rank += sorted[i] >> 32 == sorted[i - 1] >> 32 ? 0 : 1;
      ranks[(int) sorted[i]] = rank;
    }
    return ranks;
  }

  /** The area under the curve of the first {@code count} scores. */
  public static double area(float[] scores, boolean[] positive, int count) {
    return of(ranks(scores, count), positive).area();
  }

  /**
   * The area under the curve: the chance that a positive event scores above a negative one, ties
   * counting one half.
   *
   * @return NaN where all labels are the same
   */
  public double area() {
    return area;
  }

  /**
   * The influence of one event on the area: its placement value less the area, over the events of
   * its label (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988). All influences sum to 0.
   */
  public double influence(int bin, boolean positive) {
    return positive
        ? (below[bin] / allNegatives - area) / allPositives
        : (above[bin] / allPositives - area) / allNegatives;
  }

  /** DeLong's variance of the area. */
  public double variance() {
    double ofNegatives = 0;
    double ofPositives = 0;
    for (int bin = 0; bin < below.length; bin++) {
      ofNegatives += negatives[bin] * square(influence(bin, false));
      ofPositives += positives[bin] * square(influence(bin, true));
    }
    return ofNegatives * allNegatives / Math.max(1, allNegatives - 1)
        + ofPositives * allPositives / Math.max(1, allPositives - 1);
  }

  private static double square(double value) {
    return value * value;
  }
}
