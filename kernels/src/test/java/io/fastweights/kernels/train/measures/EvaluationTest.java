package io.fastweights.kernels.train.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.schema.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

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

  @Test
  void aucOfTrueOrFalseIsThatOfTheOutputs() {
    Evaluation e = new Evaluation(new Target.Binary("late"));
    float[] outputs = {0.5f, -1, 2, 0.5f, 0};
    float[] labels = {1, 0, 1, 0, 0};
    for (int i = 0; i < outputs.length; i++) {
      e.add(outputs, i, labels[i]);
    }
    assertThat(e.metrics().get("auc")).isEqualTo(5.5 / 6);
  }
}
