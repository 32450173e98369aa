package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.schema.Target;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metrics that fit a target. */
class EvaluationTest {

  @Test
  void classesAreScoredByAccuracyLogLossAndReciprocalRank() {
    Evaluation e = new Evaluation(new Target.Classes("next", List.of("a", "b", "c")));
    e.add(new float[] {9, 2, 1, 0}, 1, 0);
    e.add(new float[] {0, 1, 1}, 0, 2);
    Metrics m = e.metrics();
    assertThat(m.events()).isEqualTo(2);
    assertThat(m.get("accuracy")).isEqualTo(0.5);
    // The second's class ties with another that stands before it: rank 2.
    assertThat(m.get("mrr")).isEqualTo(0.75);
    double first = Math.log(1 + Math.exp(-1) + Math.exp(-2));
    double second = Math.log(2 + Math.exp(-1));
    assertThat(m.get("log_loss")).isCloseTo((first + second) / 2, within(1e-9));
    assertThat(m.loss()).isEqualTo(m.get("log_loss"));
    assertThat(m.named()).as("one number once").containsOnlyKeys("accuracy", "log_loss", "mrr");
  }

  @Test
  void numbersAreScoredByTheirAbsoluteErrorInTheirOwnUnit() {
    Evaluation e = new Evaluation(new Target.Number("delay", 10, 20));
    e.add(new float[] {0.5f}, 0, 1);
    e.add(new float[] {2}, 0, 2);
    assertThat(e.metrics().get("mean_absolute_error")).isEqualTo(5);
    assertThat(e.metrics().loss()).isEqualTo(0.0625);
    assertThat(e.metrics().named()).containsOnlyKeys("loss", "mean_absolute_error");
    assertThatThrownBy(() -> e.metrics().get("auc"))
        .hasMessage("no metric auc, there are [mean_absolute_error]");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aucIsTheShareOfPairsInOrder(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int n = 2 + random.nextInt(60);
    Evaluation e = new Evaluation(new Target.Binary("late"));
    float[] scores = new float[n];
    boolean[] positive = new boolean[n];
    for (int i = 0; i < n; i++) {
      // Few levels, so that there are ties; both signs and both zeros.
      scores[i] = (random.nextInt(9) - 4) * (random.nextBoolean() ? 0.5f : -0.5f);
      positive[i] = i == 0 || (i > 1 && random.nextBoolean());
      e.add(scores, i, positive[i] ? 1 : 0);
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
    assertThat(e.metrics().get("auc")).isCloseTo(inOrder / pairs, within(1e-12));
  }

  @Test
  void aucOfOneKindOfLabelIsNoNumber() {
    assertThat(Evaluation.auc(new float[] {1, 2}, new boolean[] {true, true}, 2)).isNaN();
  }
}
