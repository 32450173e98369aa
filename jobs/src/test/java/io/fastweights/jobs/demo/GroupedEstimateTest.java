package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.jobs.report.Interval;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GroupedEstimateTest {
  private static final int GROUPS = 17;

  private final Random random = new Random(11);

  /** DeLong's variance of four positives and three negatives, worked out by hand. */
  @Test
  void withOneEventAGroupTheIntervalIsDeLongs() {
    float[] scores = {0.9f, 0.8f, 0.4f, 0.3f, 0.6f, 0.2f, 0.1f};
    boolean[] positive = {true, true, true, true, false, false, false};
    GroupedEstimate estimate =
        GroupedEstimate.auc(scores, positive, new int[] {0, 1, 2, 3, 4, 5, 6}, 7);
    // Placements: 1, 1, 2/3, 2/3 of the positives; 1/2, 1, 1 of the negatives; the area is 5/6.
    assertThat(estimate.value()).isEqualTo(5 / 6.0, within(1e-9));
    double squares = 4 * Math.pow(1 / 6.0 / 4, 2) + (1 / 9.0 + 2 / 36.0) / 9;
    double half = GroupedEstimate.quantile(6) * Math.sqrt(squares * 7 / 6);
    Interval interval = estimate.interval();
    assertThat(interval.high() - interval.value()).isEqualTo(half, within(1e-9));
  }

  @Test
  void anIntervalHoldsTheTruthInNineteenOfTwentySamplesWhoseGroupsVary() {
    int samples = 2000;
    int held = 0;
    for (int s = 0; s < samples; s++) {
      double[] values = new double[GROUPS * 20];
      int[] group = new int[values.length];
      for (int g = 0; g < GROUPS; g++) {
        double weather = random.nextGaussian();
        for (int i = 20 * g; i < 20 * (g + 1); i++) {
          group[i] = g;
          values[i] = 3 + weather + random.nextGaussian();
        }
      }
      Interval interval = GroupedEstimate.mean(values, group, GROUPS).interval();
      held += interval.low() <= 3 && interval.high() >= 3 ? 1 : 0;
    }
    assertThat((double) held / samples).isBetween(0.935, 0.965);
  }

  @Test
  void theDifferenceOfPredictorsThatVaryTogetherIsSharperThanEither() {
    int n = 4000;
    float[] better = new float[n];
    float[] worse = new float[n];
    boolean[] positive = new boolean[n];
    int[] group = new int[n];
    for (int i = 0; i < n; i++) {
      group[i] = i % GROUPS;
      positive[i] = random.nextBoolean();
      double shared = random.nextGaussian() + (positive[i] ? 1 : 0);
      better[i] = (float) (shared + 0.1 * random.nextGaussian());
      worse[i] = (float) (shared + 0.4 * random.nextGaussian());
    }
    GroupedEstimate first = GroupedEstimate.auc(better, positive, group, GROUPS);
    GroupedEstimate second = GroupedEstimate.auc(worse, positive, group, GROUPS);
    Interval difference = first.minus(second).interval();
    assertThat(difference.value()).isEqualTo(first.value() - second.value());
    assertThat(difference.low()).isPositive();
    assertThat(difference.high() - difference.low())
        .isLessThan(first.interval().high() - first.interval().low());
  }

  @Test
  void theQuantileIsStudents() {
    assertThat(GroupedEstimate.quantile(4)).isEqualTo(2.7764, within(0.015));
    assertThat(GroupedEstimate.quantile(16)).isEqualTo(2.1199, within(0.001));
    assertThat(GroupedEstimate.quantile(200)).isEqualTo(1.9719, within(0.001));
  }

  @Test
  void fewGroupsTellNoInterval() {
    GroupedEstimate mean = GroupedEstimate.mean(new double[] {1, 2}, new int[] {0, 1}, 2);
    assertThat(mean.interval().hasLimits()).isFalse();
  }
}
