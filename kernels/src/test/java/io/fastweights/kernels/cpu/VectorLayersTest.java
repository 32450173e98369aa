package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.numeric.Layers.Dense;
import io.fastweights.kernels.numeric.Layers.Norm;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The layers on vectors against the plain loops, bit for bit. */
@Tag(WidthTest.WIDTH)
class VectorLayersTest {
  private final CpuKernels vector = ProvidedKernels.get();
  private final CpuKernels scalar = new ScalarKernels();

  @Test
  void aDenseRowIsTheSameWhateverRowsStandBesideIt() {
    for (long seed = 1; seed <= 60; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int in = 1 + random.nextInt(80);
      int out = 1 + random.nextInt(150);
      int rows = 1 + random.nextInt(14);
      float[] bias = random.nextBoolean() ? RandomModels.gaussian(random, out) : null;
      Dense m = Dense.of(in, out, RandomModels.gaussian(random, in * out), bias);
      float[] x = RandomModels.gaussian(random, rows * in);
      float[] expected = new float[rows * out];
      float[] actual = new float[rows * out];
      scalar.dense(m, x, expected, 0, rows);
      for (int from = 0; from < rows; ) {
        int to = Math.min(rows, from + 1 + random.nextInt(8));
        vector.dense(m, x, actual, from, to);
        from = to;
      }
      assertThat(actual).as("seed %d: %d x %d, %d rows", seed, in, out, rows).isEqualTo(expected);
    }
  }

  @Test
  void aDenseProductIsTheSameForEveryNumberOfOutputs() {
    for (int out = 1; out <= 100; out++) {
      SplittableRandom random = new SplittableRandom(out);
      int in = 1 + random.nextInt(20);
      int rows = 5;
      Dense m = Dense.of(in, out, RandomModels.gaussian(random, in * out), null);
      float[] x = RandomModels.gaussian(random, rows * in);
      float[] expected = new float[rows * out];
      float[] actual = new float[rows * out];
      scalar.dense(m, x, expected, 0, rows);
      vector.dense(m, x, actual, 0, rows);
      assertThat(actual).as("%d x %d", in, out).isEqualTo(expected);
    }
  }

  @Test
  void normsAreTheSame() {
    for (int dim = 1; dim <= 150; dim++) {
      SplittableRandom random = new SplittableRandom(dim);
      Norm norm = new Norm(RandomModels.gaussian(random, dim), RandomModels.gaussian(random, dim));
      float[] x = RandomModels.gaussian(random, 3 * dim);
      float[] expected = new float[3 * dim];
      float[] actual = new float[3 * dim];
      scalar.norm(norm, x, expected, dim, 0, 3);
      vector.norm(norm, x, actual, dim, 0, 3);
      assertThat(actual).as("dim %d", dim).isEqualTo(expected);
    }
  }

  @Test
  void sigmoidAndGeluAreTheSameForFloatsOfEveryKind() {
    int n = 1 << 20;
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = Float.intBitsToFloat(i * 4099);
    }
    float[] expected = x.clone();
    float[] actual = x.clone();
    scalar.sigmoid(expected, 1, n - 2);
    vector.sigmoid(actual, 1, n - 2);
    assertThat(actual).isEqualTo(expected);
    expected = x.clone();
    actual = x.clone();
    scalar.gelu(expected, 1, n - 2);
    vector.gelu(actual, 1, n - 2);
    assertThat(actual).isEqualTo(expected);
  }
}
