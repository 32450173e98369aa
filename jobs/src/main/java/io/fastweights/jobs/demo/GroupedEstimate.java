package io.fastweights.jobs.demo;

import io.fastweights.jobs.report.Interval;
import io.fastweights.kernels.train.measures.RocCurve;
import java.util.Arrays;

/**
 * An estimate from events that vary together within a group, as the flights of one day do.
 *
 * @param influence of each group on the value; their sum is 0, and the sum of their squares is the
 *     value's variance but for a factor near 1
 */
record GroupedEstimate(double value, double[] influence) {
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
    int[] ranks = RocCurve.ranks(scores, scores.length);
    RocCurve curve = RocCurve.of(ranks, positive);
    double[] influence = new double[groups];
    for (int i = 0; i < ranks.length; i++) {
      influence[group[i]] += curve.influence(ranks[i], positive[i]);
    }
    return new GroupedEstimate(curve.area(), influence);
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
    double z = Interval.Z;
    double z3 = Math.pow(z, 3);
    double z5 = Math.pow(z, 5);
    double z7 = Math.pow(z, 7);
    return z
        + (z3 + z) / (4.0 * degrees)
        + (5 * z5 + 16 * z3 + 3 * z) / (96.0 * degrees * degrees)
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384.0 * degrees * degrees * degrees);
  }
}
