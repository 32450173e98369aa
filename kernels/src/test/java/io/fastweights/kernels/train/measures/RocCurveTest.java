package io.fastweights.kernels.train.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RocCurveTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theAreaIsTheShareOfPairsInOrderAndInfluencesSumToZero(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int n = 2 + random.nextInt(60);
    float[] scores = new float[n];
    boolean[] positive = new boolean[n];
    for (int i = 0; i < n; i++) {
      // Few levels, so that there are ties; both signs and both zeros.
      scores[i] = (random.nextInt(9) - 4) * (random.nextBoolean() ? 0.5f : -0.5f);
      positive[i] = i == 0 || (i > 1 && random.nextBoolean());
    }
    double inOrder = 0;
    double pairs = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (positive[i] && !positive[j]) {
          pairs++;
          inOrder += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    int[] ranks = RocCurve.ranks(scores, n);
    RocCurve curve = RocCurve.of(ranks, positive);
    assertThat(curve.area()).isEqualTo(inOrder / pairs);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += curve.influence(ranks[i], positive[i]);
    }
    assertThat(sum).isEqualTo(0, within(1e-12));
  }

  @Test
  void theAreaOfOneLabelIsNoNumber() {
    assertThat(RocCurve.area(new float[] {1, 2}, new boolean[] {true, true}, 2)).isNaN();
  }

  /** Worked out by hand for four positives and three negatives. */
  @Test
  void theVarianceIsDeLongs() {
    float[] scores = {0.9f, 0.8f, 0.4f, 0.3f, 0.6f, 0.2f, 0.1f};
    boolean[] positive = {true, true, true, true, false, false, false};
    RocCurve curve = RocCurve.of(RocCurve.ranks(scores, 7), positive);
    // Placements: 1, 1, 2/3, 2/3 of the positives; 1/2, 1, 1 of the negatives; the area is 5/6.
    assertThat(curve.area()).isEqualTo(5 / 6.0, within(1e-12));
    double ofPositives = 4 / 36.0 / 3;
    double ofNegatives = (1 / 9.0 + 2 / 36.0) / 2;
    assertThat(curve.variance()).isEqualTo(ofPositives / 4 + ofNegatives / 3, within(1e-12));
  }
}
