package io.fastweights.jobs.quality;

/**
 * Histograms of scores, for the area under the ROC curve. A score is a probability; its bin is its
 * logit in whole steps, and 0 and 1 have bins of their own. Pairs of a positive and a negative
 * event whose scores share a bin count one half, as ties do.
 */
final class Scores {
  /** Bins to a unit of the logit, for the whole stream. */
  static final int FINE = 64;

  /** Bins to a unit of the logit, for a stretch of time. */
  static final int COARSE = 8;

  private static final int MOST = 16;

  private Scores() {}

  /** Number of bins. */
  static int bins(int steps) {
    return 2 * MOST * steps + 3;
  }

  /**
   * @param steps bins to a unit of the logit
   */
  static int bin(double probability, int steps) {
    if (!(probability > 0)) {
      return 0;
    }
    if (probability >= 1) {
      return bins(steps) - 1;
    }
    double logit = StrictMath.log(probability / (1 - probability));
    double clipped = Math.max(-MOST, Math.min(MOST, logit));
    return 1 + (int) Math.round((clipped + MOST) * steps);
  }

  /**
   * The area under the curve.
   *
   * @param value share of the pairs of a positive and a negative event in which the positive has
   *     the higher score
   * @param variance of the value, as DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988)
   *     estimate it
   */
  record Area(double value, double variance) {}

  /**
   * The area under the curve of histograms; null if one class is missing.
   *
   * @param counts of negative events at {@code at ... at + bins - 1}, of positive ones behind them
   */
  static Area area(long[] counts, int at, int bins) {
    long negatives = sum(counts, at, bins);
    long positives = sum(counts, at + bins, bins);
    if (negatives == 0 || positives == 0) {
      return null;
    }
    double area = 0;
    long below = 0;
    for (int b = 0; b < bins; b++) {
      area += counts[at + bins + b] * share(below, counts[at + b], negatives);
      below += counts[at + b];
    }
    area /= positives;
    double ofPositives = 0;
    double ofNegatives = 0;
    long negativesBelow = 0;
    long positivesBelow = 0;
    for (int b = 0; b < bins; b++) {
      long negative = counts[at + b];
      long positive = counts[at + bins + b];
      double wins = share(negativesBelow, negative, negatives) - area;
      double losses = 1 - share(positivesBelow, positive, positives) - area;
      ofPositives += positive * wins * wins;
      ofNegatives += negative * losses * losses;
      negativesBelow += negative;
      positivesBelow += positive;
    }
    double variance =
        ofPositives / Math.max(1, positives - 1) / positives
            + ofNegatives / Math.max(1, negatives - 1) / negatives;
    return new Area(area, variance);
  }

  private static double share(long below, long equal, long all) {
    return (below + equal / 2.0) / all;
  }

  private static long sum(long[] counts, int at, int bins) {
    long sum = 0;
    for (int b = 0; b < bins; b++) {
      sum += counts[at + b];
    }
    return sum;
  }
}
