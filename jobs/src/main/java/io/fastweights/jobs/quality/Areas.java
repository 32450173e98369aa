package io.fastweights.jobs.quality;

import io.fastweights.jobs.quality.Tally.TimeSums;
import io.fastweights.jobs.report.Interval;
import io.fastweights.kernels.train.measures.RocCurve;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Areas under the ROC curve and their intervals from a {@link Tally}. The standard error is
 * DeLong's, or that of leaving out one time bin after the other (the jackknife) where it is larger.
 */
final class Areas {
  private final Tally tally;
  private final Collection<TimeSums> blocks;

  Areas(Tally tally) {
    this.tally = tally;
    this.blocks = tally.bins.values();
  }

  /** The area of a predictor; null where all labels are the same. */
  Interval of(int m) {
    RocCurve curve = Scores.curve(tally.scores, m, Scores.FINE);
    if (Double.isNaN(curve.area())) {
      return null;
    }
    double error = Math.max(Math.sqrt(curve.variance()), jackknife(m, -1));
    Interval area = Interval.normal(curve.area(), error);
    return new Interval(area.value(), Math.max(0, area.low()), Math.min(1, area.high()));
  }

  /** The area of each predictor in a time bin. */
  static double[] of(TimeSums block, int predictors) {
    double[] areas = new double[predictors];
    for (int m = 0; m < areas.length; m++) {
      areas[m] = Scores.curve(block.scores, m, Scores.COARSE).area();
    }
    return areas;
  }

  /**
   * The standard error of the difference to the memories' area. Without enough time bins the two
   * areas count as independent, which overstates it.
   */
  double errorOfAdvantage(int m) {
    if (blocks.size() >= Estimates.LEAST_BLOCKS) {
      return jackknife(0, m);
    }
    return Math.sqrt(
        Scores.curve(tally.scores, 0, Scores.FINE).variance()
            + Scores.curve(tally.scores, m, Scores.FINE).variance());
  }

  /**
   * The standard error of an area under the curve, or of the difference of two, from leaving out
   * one time bin after the other; 0 where there are too few.
   *
   * @param other predictor to subtract; -1 for none
   */
  private double jackknife(int m, int other) {
    if (blocks.size() < Estimates.LEAST_BLOCKS) {
      return 0;
    }
    List<Double> values = new ArrayList<>();
    long[] all = coarse(m);
    long[] allOther = other < 0 ? null : coarse(other);
    for (TimeSums block : blocks) {
      double difference =
          without(all, block, m) - (other < 0 ? 0 : without(allOther, block, other));
      if (!Double.isNaN(difference)) {
        values.add(difference);
      }
    }
    double n = values.size();
    double mean = values.stream().mapToDouble(v -> v).average().orElse(0);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return n < 2 ? 0 : Math.sqrt(squares * (n - 1) / n);
  }

  private long[] coarse(int m) {
    int width = 2 * Scores.bins(Scores.COARSE);
    long[] sum = new long[width];
    for (TimeSums block : blocks) {
      for (int i = 0; i < width; i++) {
        sum[i] += block.scores[m * width + i];
      }
    }
    return sum;
  }

  private static double without(long[] all, TimeSums block, int m) {
    long[] rest = all.clone();
    for (int i = 0; i < rest.length; i++) {
      rest[i] -= block.scores[m * rest.length + i];
    }
    return Scores.curve(rest, 0, Scores.COARSE).area();
  }
}
