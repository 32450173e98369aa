package io.fastweights.kernels.cpu;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Operands of the benchmarks. */
final class Operands {
  private Operands() {}

  /** A standard normal tensor. */
  static float[] gaussian(SplittableRandom random, int... dims) {
    float[] data = new float[Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) random.nextGaussian();
    }
    return data;
  }
}
