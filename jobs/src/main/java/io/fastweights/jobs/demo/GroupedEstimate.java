package io.fastweights.jobs.demo;

import io.fastweights.jobs.report.Interval;
import java.util.Arrays;

/**
 * An estimate from events that vary together within a group, as the flights of one day do.
 *
 * @param influence of each group on the value; their sum is 0, and the sum of their squares is the
 *     value's variance but for a factor near 1
 */
record GroupedEstimate(double value, double[] influence) {
  private static final double Z = 1.959964;
  private static final int FEWEST_GROUPS = 5;

  /** The mean of values. */
  static GroupedEstimate mean(double[] values, int[] group, int groups) {
    double mean = Arrays.stream(values).sum() / values.length;
    double[] influence = new double[groups];
    for (int i = 0; i < values.length; i++) {
      influence[group[i]] += (values[i] - mean) / values.length;
    }
    return new GroupedEstimate(mean, influence);
  }

  /**
   * The area under the ROC curve, ties counting one half. Each group's influence is that of its
   * placement values (Obuchowski 1997, "Nonparametric analysis of clustered ROC curve data"); with
   * one event a group it is DeLong's.
   *
   * @return NaN where all labels are the same
   */
  static GroupedEstimate auc(float[] scores, boolean[] positive, int[] group, int groups) {
    long[] ranked = new long[scores.length];
    double positives = 0;
    for (int i = 0; i < scores.length; i++) {
      // + 0 makes one of the two zeros; the flip orders negative floats.
      int bits = Float.floatToIntBits(scores[i] + 0f);
      ranked[i] = (long) (bits ^ (bits >> 31 & Integer.MAX_VALUE)) << 32 | i;
      positives += positive[i] ? 1 : 0;
    }
    Arrays.sort(ranked);
    double[] placement = placements(ranked, positive, positives);
    double sum = 0;
    for (int i = 0; i < placement.length; i++) {
      sum += positive[i] ? placement[i] : 0;
    }
    double auc = sum / positives;
    double[] influence = new double[groups];
    for (int i = 0; i < placement.length; i++) {
      double count = positive[i] ? positives : placement.length - positives;
      influence[group[i]] += (placement[i] - auc) / count;
    }
    return new GroupedEstimate(auc, influence);
  }

  /** For each event, the share of the events of the other label that it is ranked rightly with. */
  private static double[] placements(long[] ranked, boolean[] positive, double positives) {
    double negatives = ranked.length - positives;
    double[] placement = new double[ranked.length];
    double positivesBelow = 0;
    for (int from = 0, to; from < ranked.length; from = to) {
      double tied = 0;
      for (to = from; to < ranked.length && ranked[to] >> 32 == ranked[from] >> 32; to++) {
        tied += positive[(int) ranked[to]] ? 1 : 0;
      }
      double negativesBelow = from - positivesBelow;
      double negativesTied = to - from - tied;
      for (int i = from; i < to; i++) {
        int event = (int) ranked[i];
        placement[event] =
            positive[event]
                ? (negativesBelow + negativesTied / 2) / negatives
                : (positives - positivesBelow - tied / 2) / positives;
      }
      positivesBelow += tied;
    }
    return placement;
  }

  /** The difference of two estimates from the same events. */
  GroupedEstimate minus(GroupedEstimate other) {
    double[] difference = influence.clone();
    for (int g = 0; g < difference.length; g++) {
      difference[g] -= other.influence[g];
    }
    return new GroupedEstimate(value - other.value, difference);
  }

  /** The 95% interval by Student's t over the groups; without limits for fewer than 5 groups. */
  Interval interval() {
    int groups = influence.length;
    if (groups < FEWEST_GROUPS) {
      return Interval.exact(value);
    }
    double squares = 0;
    for (double part : influence) {
      squares += part * part;
    }
    double deviation = Math.sqrt(squares * groups / (groups - 1));
    return Interval.around(value, quantile(groups - 1) * deviation);
  }

  /** The 97.5% quantile of Student's t (Cornish and Fisher's expansion): 0.5% off at 4 degrees. */
  static double quantile(int degrees) {
    double z3 = Math.pow(Z, 3);
    double z5 = Math.pow(Z, 5);
    double z7 = Math.pow(Z, 7);
    return Z
        + (z3 + Z) / (4.0 * degrees)
        + (5 * z5 + 16 * z3 + 3 * Z) / (96.0 * degrees * degrees)
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / (384.0 * degrees * degrees * degrees);
  }
}
