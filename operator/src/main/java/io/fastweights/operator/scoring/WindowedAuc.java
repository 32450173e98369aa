package io.fastweights.operator.scoring;

import org.apache.flink.annotation.Internal;

/**
 * Area under the ROC curve over a sliding window: the share of pairs of a positive and a negative
 * event in which the positive has the higher score, ties counting half (Brzezinski and Stefanowski,
 * "Prequential AUC", Knowledge and Information Systems 52, 2017, who keep the window's scores in a
 * search tree). Scores are probabilities; those that differ by less than 1/16384 count as tied. A
 * Fenwick tree of score counts for each class gives an event's share of the pairs as a sum of 14
 * numbers, added when the event arrives and subtracted when it leaves the window. All are whole
 * numbers, so there is no rounding.
 *
 * <p>One thread adds; any may read.
 */
@Internal
public final class WindowedAuc {
  private static final int BITS = 14;
  private static final int BINS = 1 << BITS;

  private final Counts positives = new Counts();
  private final Counts negatives = new Counts();
  private final int[] ring;
  private int at;
  private long seen;
  private long halfPairs;
  private volatile double auc = Double.NaN;

  /** Number of events with a score, and number with a lower one. */
  private static final class Counts {
    private final int[] exact = new int[BINS];
    private final int[] tree = new int[BINS + 1];
    private int all;

    void add(int bin, int change) {
      all += change;
      exact[bin] += change;
      for (int i = bin + 1; i <= BINS; i += i & -i) {
        tree[i] += change;
      }
    }

    int below(int bin) {
      int sum = 0;
      for (int i = bin; i > 0; i -= i & -i) {
        sum += tree[i];
      }
      return sum;
    }

    int above(int bin) {
      return all - below(bin) - exact[bin];
    }
  }

  /**
   * @param window events of the sliding window
   */
  public WindowedAuc(int window) {
    ring = new int[window];
  }

  /** Adds an event by its predicted probability of true, and whether it was true. */
  public void add(double probability, boolean positive) {
    if (seen >= ring.length) {
      change(ring[at] >> 1, (ring[at] & 1) == 1, -1);
    }
    int bin = (int) Math.max(0, Math.min(BINS - 1, probability * BINS));
    change(bin, positive, 1);
    ring[at] = bin << 1 | (positive ? 1 : 0);
    at = at + 1 == ring.length ? 0 : at + 1;
    seen++;
    long pairs = (long) positives.all * negatives.all;
    auc = pairs == 0 ? Double.NaN : halfPairs / 2.0 / pairs;
  }

  private void change(int bin, boolean positive, int by) {
    (positive ? positives : negatives).add(bin, by);
    Counts others = positive ? negatives : positives;
    long wins = positive ? others.below(bin) : others.above(bin);
    halfPairs += by * (2 * wins + others.exact[bin]);
  }

  /** NaN if the window lacks one of the classes. */
  public double auc() {
    return auc;
  }
}
