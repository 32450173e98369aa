package io.fastweights.kernels.train.network;

import static org.assertj.core.api.Assertions.fail;

import java.util.SplittableRandom;

/** Comparing gradients. */
public final class Gradients {
  private Gradients() {}

  /**
   * Fails with both numbers unless every error is within {@code tolerance} of the largest of the
   * tensor's gradients.
   */
  static void assertClose(String what, double[] expected, float[] actual, double tolerance) {
    double largest = 0;
    for (double e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(expected[i] - actual[i]) <= tolerance * largest)) {
        fail(
            "gradient of %s [%d]: expected %s, got %s (the largest is %s)",
            what, i, expected[i], actual[i], largest);
      }
    }
  }

  /** The same, within 1e-4. */
  public static void assertClose(String what, float[] expected, float[] actual) {
    assertClose(what, doubles(expected), actual, 1e-4);
  }

  public static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  public static float[] gaussian(SplittableRandom random, float[] into) {
    for (int i = 0; i < into.length; i++) {
      into[i] = (float) random.nextGaussian();
    }
    return into;
  }
}
