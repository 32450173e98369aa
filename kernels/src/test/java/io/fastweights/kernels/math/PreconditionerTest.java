package io.fastweights.kernels.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PreconditionerTest {
  private static final int KEY_DIM = 8;
  private static final int ROWS = 2 * 2 * KEY_DIM;

  private final SplittableRandom random = new SplittableRandom(5);

  private static AssociativeMemory model(float... betas) {
    return new AssociativeMemory(
        KEY_DIM, 2, 1, betas, Normalisation.UNIT, UpdateRule.PRECONDITIONED);
  }

  /** The formulas of the class in double precision, written independently of its loops. */
  @Test
  void agreesWithTheFormulasInDoublePrecision() {
    double beta = 0.4f;
    double[] w = new double[ROWS];
    double[] p = new double[ROWS];
    java.util.Arrays.fill(p, 1);
    AssociativeMemory model = model(0.4f);
    ReferenceModel reference = new ReferenceModel(model);
    float[] memory = new float[model.memory().floats()];
    float[][] contexts = new float[4][];
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] = RandomModels.gaussian(random, KEY_DIM);
    }
    for (int event = 0; event < 200; event++) {
      float[] x = contexts[random.nextInt(contexts.length)];
      float[] target = {random.nextInt(2)};
      float answer = reference.step(x, target, memory, true).output()[0];

      float[] phi = Dpfp.dpfp(x, 2);
      double length = 0;
      for (float f : phi) {
        length += (double) f * f;
      }
      double vOld = 0;
      double size = 1 / Math.sqrt(beta) - 1;
      for (int i = 0; i < ROWS; i++) {
        double f = phi[i] / Math.sqrt(length);
        vOld += f * w[i];
        size += p[i] * f * f;
      }
      assertThat((double) answer).as("event %d", event).isCloseTo(vOld, within(1e-4));
      for (int i = 0; i < ROWS; i++) {
        double f = phi[i] / Math.sqrt(length);
        double kappa = p[i] * f / size;
        w[i] += kappa * (target[0] - vOld);
        if (f != 0) {
          double taken = Math.min(ROWS / 32.0 * kappa * f, 0.9);
          p[i] = 1 - (1 - beta * beta / 9) * (1 - p[i] + p[i] * taken);
        }
      }
    }
    for (int i = 0; i < ROWS; i++) {
      assertThat((double) memory[i]).as("row %d", i).isCloseTo(w[i], within(1e-4));
      assertThat(1.0 - memory[ROWS + i]).as("p of row %d", i).isCloseTo(p[i], within(1e-4));
    }
  }

  @Test
  void theFirstWriteTakesTheRootOfBetaOfTheErrorAndLaterOnesLess() {
    for (float beta : new float[] {0.05f, 0.3f, 1}) {
      AssociativeMemory model = model(beta);
      ReferenceModel reference = new ReferenceModel(model);
      float[] memory = new float[model.memory().floats()];
      float[] x = RandomModels.gaussian(random, KEY_DIM);
      float before = 0;
      float rate = 2;
      for (int event = 0; event < 20; event++) {
        reference.step(x, new float[] {1}, memory, true);
        float after = reference.step(x, new float[] {1}, memory, false).output()[0];
        float taken = (after - before) / (1 - before);
        if (event == 0) {
          assertThat(taken).as("beta %s", beta).isCloseTo((float) Math.sqrt(beta), within(1e-5f));
        } else if (beta < 1) {
          assertThat(taken).as("beta %s, event %d", beta, event).isLessThan(rate);
        }
        before = after;
        rate = taken;
        if (before > 0.99f) {
          break;
        }
      }
    }
  }

  /** Two contexts: one seen often, then one that is new. */
  @Test
  void aRowSeldomWrittenTakesALargerStepThanOneWrittenOften() {
    AssociativeMemory model = model(0.1f);
    ReferenceModel reference = new ReferenceModel(model);
    float[] memory = new float[model.memory().floats()];
    float[] often = {1, 1, 1, 1, 0, 0, 0, 0};
    float[] seldom = {0, 0, 0, 0, 1, 1, 1, 1};
    for (int event = 0; event < 100; event++) {
      reference.step(often, new float[] {random.nextInt(2)}, memory, true);
    }
    float stepOften = stepTowards(5, reference, often, memory);
    float stepSeldom = stepTowards(5, reference, seldom, memory);
    assertThat(stepSeldom).isGreaterThan(2 * stepOften);
  }

  private static float stepTowards(float value, ReferenceModel model, float[] x, float[] memory) {
    float before = model.step(x, new float[] {value}, memory, true).output()[0];
    float after = model.step(x, new float[] {value}, memory, false).output()[0];
    return (after - before) / (value - before);
  }

  @Test
  void isRefusedWithFeaturesThatAreNotOfLengthOne() {
    assertThatThrownBy(
            () ->
                new AssociativeMemory(
                    8, 2, 1, new float[] {1}, Normalisation.SUM, UpdateRule.PRECONDITIONED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs phi of length 1");
  }
}
