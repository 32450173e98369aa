package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The learning rate from step to step, and what is refused. */
class TrainOptionsTest {
  private static final long STEPS = 1000;

  private final TrainOptions options =
      TrainOptions.builder().learningRate(0.004).warmup(0.1).finalRate(0.05).build();

  @Test
  void theRateRisesEvenlyInTheWarmUp() {
    for (int step = 1; step < 100; step++) {
      double rise = options.rate(step, STEPS) - options.rate(step - 1, STEPS);
      assertThat(rise).isCloseTo(0.004 / 101, within(1e-9));
    }
    assertThat(options.rate(0, STEPS)).isCloseTo(0.004 / 101, within(1e-9));
    assertThat(options.rate(100, STEPS)).isEqualTo(0.004);
  }

  @Test
  void thenItFallsAlongHalfACosineToItsLastShare() {
    assertThat(options.rate(550, STEPS)).isCloseTo(0.004 * (1 + 0.05) / 2, within(1e-9));
    assertThat(options.rate(STEPS, STEPS)).isCloseTo(0.004 * 0.05, within(1e-9));
    for (int step = 101; step <= STEPS; step++) {
      assertThat(options.rate(step, STEPS)).isLessThan(options.rate(step - 1, STEPS));
    }
  }

  @Test
  void withoutAWarmUpItBeginsInFull() {
    TrainOptions none = TrainOptions.builder().learningRate(0.004).warmup(0).build();
    assertThat(none.rate(0, STEPS)).isEqualTo(0.004);
  }

  @Test
  void aValueOutOfItsRangeIsNamed() {
    TrainOptions.Builder rate = TrainOptions.builder().learningRate(0);
    assertThatThrownBy(rate::build).hasMessageContaining("learningRate is 0.0");
    TrainOptions.Builder warmup = TrainOptions.builder().warmup(1);
    assertThatThrownBy(warmup::build).hasMessageContaining("warmup is 1.0");
    TrainOptions.Builder averaging = TrainOptions.builder().averaging(1);
    assertThatThrownBy(averaging::build).hasMessageContaining("averaging is 1.0");
    TrainOptions.Builder lanes = TrainOptions.builder().lanes(0);
    assertThatThrownBy(lanes::build).hasMessageContaining("lanes is 0");
  }
}
