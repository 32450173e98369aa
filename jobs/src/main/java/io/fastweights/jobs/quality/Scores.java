package io.fastweights.jobs.quality;

import io.fastweights.kernels.train.measures.RocCurve;
import java.util.Arrays;

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
   * The ROC curve of a predictor.
   *
   * @param counts of negative events of the first predictor, then of its positive ones, then of the
   *     next predictor
   */
  static RocCurve curve(long[] counts, int predictor, int steps) {
    int bins = bins(steps);
    int at = 2 * predictor * bins;
    return new RocCurve(
        Arrays.copyOfRange(counts, at, at + bins),
        Arrays.copyOfRange(counts, at + bins, at + 2 * bins));
  }
}
