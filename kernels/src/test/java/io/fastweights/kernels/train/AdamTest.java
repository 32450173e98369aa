package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.train.network.Gradients;
import io.fastweights.kernels.train.network.ParameterLayout.Slice;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** AdamW by its paper's formulas (Loshchilov and Hutter 2019, algorithm 2), in float64. */
class AdamTest {
  private static final float RATE = 0.01f;
  private static final float DECAY = 0.1f;
  private static final int SIZE = 8;

  private final Slice matrix = new Slice("to_out.weight", new int[] {2, 3}, 0, 6);
  private final Slice bias = new Slice("to_out.bias", new int[] {2}, 6, 2);
  private final Adam adam = new Adam(List.of(matrix, bias), 0.9f, 0.999f, 1e-8f, DECAY);
  private final SplittableRandom random = new SplittableRandom(7);
  private float[] values;

  @BeforeEach
  void draw() {
    values = Gradients.gaussian(random, new float[SIZE]);
  }

  @Test
  void stepsAsThePaperSaysAndDecaysMatricesOnly() {
    double[] expected = Gradients.doubles(values);
    double[] m = new double[SIZE];
    double[] v = new double[SIZE];
    for (int step = 1; step <= 50; step++) {
      float[] gradients = Gradients.gaussian(random, new float[SIZE]);
      float scale = step % 2 == 0 ? 0.25f : 1;
      adam.step(step, RATE, scale, gradients, values);
      for (int i = 0; i < SIZE; i++) {
        double g = gradients[i] * scale;
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        double towards = m[i] / (1 - Math.pow(0.9, step));
        double deviation = Math.sqrt(v[i] / (1 - Math.pow(0.999, step))) + 1e-8;
        double decay = i < bias.at() ? DECAY * expected[i] : 0;
        expected[i] -= RATE * (towards / deviation + decay);
        assertThat((double) values[i]).as("step %d", step).isCloseTo(expected[i], within(1e-5));
      }
    }
  }

  @Test
  void theFirstStepIsTheRateHoweverLargeTheGradient() {
    float[] before = values.clone();
    adam.step(1, RATE, 1, new float[] {0, 0, 0, 0, 0, 0, 1e-3f, -1e3f}, values);
    assertThat(values[6]).isCloseTo(before[6] - RATE, within(1e-5f));
    assertThat(values[7]).isCloseTo(before[7] + RATE, within(1e-5f));
  }

  @Test
  void aFrozenTensorIsNotEvenDecayed() {
    adam.freeze(Set.of("to_out.weight"));
    float[] before = values.clone();
    adam.step(1, RATE, 1, Gradients.gaussian(random, new float[SIZE]), values);
    assertThat(Arrays.copyOf(values, 6)).isEqualTo(Arrays.copyOf(before, 6));
    assertThat(values[6]).isNotEqualTo(before[6]);
  }
}
