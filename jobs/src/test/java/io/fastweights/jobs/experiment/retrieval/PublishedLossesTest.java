package io.fastweights.jobs.experiment.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.experiment.retrieval.RetrievalTask.Phi;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import org.junit.jupiter.api.Test;

class PublishedLossesTest {
  private static RetrievalTask task(int setting, UpdateRule rule, Phi phi, int keys) {
    return new RetrievalTask(setting, rule, phi, keys);
  }

  @Test
  void holdsWhatThePaperSolvedInSettingOne() throws Exception {
    PublishedLosses published = new PublishedLosses();
    assertThat(published.solved(task(1, UpdateRule.SUM, Phi.LINEAR, 1))).isEqualTo(40);
    assertThat(published.solved(task(1, UpdateRule.SUM, Phi.DPFP1, 1))).isEqualTo(100);
    assertThat(published.solved(task(1, UpdateRule.SUM, Phi.DPFP2, 1))).isEqualTo(240);
    assertThat(published.solved(task(1, UpdateRule.SUM, Phi.DPFP3, 1))).isEqualTo(340);
    assertThat(published.solved(task(1, UpdateRule.SUM, Phi.FAVOR512, 1))).isZero();
  }

  @Test
  void givesTheBestLossOfARunAndNoneWhereThereWasNone() throws Exception {
    PublishedLosses published = new PublishedLosses();
    assertThat(published.loss(task(2, UpdateRule.SUM, Phi.DPFP1, 20))).isEqualTo(0.09726901);
    assertThat(published.loss(task(2, UpdateRule.DELTA, Phi.DPFP1, 200))).isEqualTo(0.17088364);
    assertThat(published.loss(task(2, UpdateRule.SUM, Phi.DPFP2, 20))).isNaN();
    assertThat(published.loss(task(2, UpdateRule.DELTA, Phi.FAVOR64, 200))).isNaN();
  }
}
