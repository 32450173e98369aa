package io.fastweights.kernels.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.train.experiment.SyntheticRetrieval.Result;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The short runs of the paper's synthetic retrieval, and the gradients they are trained with. */
class SyntheticRetrievalTest {

  @ParameterizedTest
  @CsvSource({"ELU_PLUS_ONE,1,20", "DPFP,1,40", "DPFP,2,20", "DPFP,3,20"})
  void solvesTheSizesOfSettingOneThatThePaperSolves(FeatureMap map, int nu, int keys) {
    Result result = SyntheticRetrieval.run(new RetrievalTask(1, UpdateRule.SUM, map, nu, keys), 1);
    assertThat(result.bestLoss()).isLessThanOrEqualTo(SyntheticRetrieval.SOLVED);
  }

  @Test
  void theDeltaRuleSolvesSettingTwo() {
    assertThat(settingTwo(UpdateRule.DELTA).bestLoss())
        .isLessThanOrEqualTo(SyntheticRetrieval.SOLVED);
  }

  @Test
  @Tag("long")
  void theSumRuleDoesNotSolveSettingTwo() {
    assertThat(settingTwo(UpdateRule.SUM).bestLoss()).isGreaterThan(0.05);
  }

  private static Result settingTwo(UpdateRule rule) {
    return SyntheticRetrieval.run(new RetrievalTask(2, rule, FeatureMap.DPFP, 1, 20), 1);
  }

  @ParameterizedTest
  @CsvSource({
    "1,SUM,DPFP,2",
    "1,SUM,ELU_PLUS_ONE,1",
    "2,DELTA,DPFP,1",
    "2,DELTA,ELU_PLUS_ONE,1",
    "2,SUM,DPFP,3"
  })
  void gradientsPredictHowTheLossChanges(int setting, UpdateRule rule, FeatureMap map, int nu) {
    RetrievalTask task = new RetrievalTask(setting, rule, map, nu, 9);
    RetrievalModel model = new RetrievalModel(task, 4);
    RetrievalTask.Sequence sequence = task.draw(new SplittableRandom(5));
    model.begin();
    model.run(sequence, 1);
    model.end();
    float[] gradients = model.gradients.clone();
    double squares = 0;
    for (float gradient : gradients) {
      squares += (double) gradient * gradient;
    }
    double change = 4e-3;
    double above = lossAt(model, sequence, gradients, change / squares);
    double below = lossAt(model, sequence, gradients, -change / squares);
    assertThat((above - below) / 2).isCloseTo(change, within(change / 50));
  }

  @Test
  void aSequenceAsksForTheLastValueOfAKey() {
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < 50; i++) {
      RetrievalTask.Sequence q =
          new RetrievalTask(2, UpdateRule.SUM, FeatureMap.DPFP, 1, 5).draw(random);
      int last = -1;
      for (int t = 0; t < q.keys().length; t++) {
        last = q.keys()[t] == q.query() ? q.values()[t] : last;
      }
      assertThat(q.keys()).hasSize(10);
      assertThat(q.target()).isEqualTo(last);
    }
  }

  /** The loss with the parameters moved along the gradient. */
  private static double lossAt(
      RetrievalModel model, RetrievalTask.Sequence sequence, float[] gradients, double step) {
    float[] kept = model.values.clone();
    for (int i = 0; i < kept.length; i++) {
      model.values[i] += (float) (step * gradients[i]);
    }
    model.begin();
    double loss = model.run(sequence, 0);
    System.arraycopy(kept, 0, model.values, 0, kept.length);
    return loss;
  }
}
