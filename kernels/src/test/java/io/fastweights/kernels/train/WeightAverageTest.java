package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The average of parameters over the steps. */
class WeightAverageTest {
  @Test
  void forgetsTheInitialWeightsSoon() {
    WeightAverage average = new WeightAverage(new float[] {100}, 1000);
    for (int step = 0; step < 30; step++) {
      average.add(step, new float[] {1});
    }
    assertThat(average.values[0]).isCloseTo(1f, within(1e-3f));
  }

  @Test
  void lagsBehindASteadyCourseByItsHorizon() {
    WeightAverage average = new WeightAverage(new float[1], 50);
    for (int step = 0; step < 2000; step++) {
      average.add(step, new float[] {step});
    }
    assertThat(1999 - average.values[0]).isCloseTo(49f, within(0.5f));
  }

  @Test
  void scattersLessThanTheStepsThemselves() {
    WeightAverage average = new WeightAverage(new float[1], 50);
    for (int step = 0; step < 1000; step++) {
      average.add(step, new float[] {step % 2 == 0 ? 1 : -1});
    }
    assertThat(average.values[0]).isCloseTo(0f, within(0.02f));
  }

  @Test
  void ofOneStepIsThatStep() {
    WeightAverage average = new WeightAverage(new float[] {7}, 0.3);
    average.add(0, new float[] {2});
    assertThat(average.values).containsExactly(2f);
  }
}
