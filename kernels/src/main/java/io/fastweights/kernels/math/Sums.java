package io.fastweights.kernels.math;

/**
 * Sums in one fixed order, so that every engine on a CPU gives the same bits: sixteen partial sums
 * (value i goes to partial i mod 16), folded by halves. Sixteen floats are one AVX-512 register,
 * two of AVX2, four of NEON.
 */
public final class Sums {
  /** Partial sums. */
  public static final int LANES = 16;

  private Sums() {}

  /** x[at] + ... + x[at + n - 1]. */
  public static float sum(float[] x, int at, int n) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      lanes[i % LANES] += x[at + i];
    }
    return fold(lanes);
  }

  /** Sum of squares of x. */
  public static float squares(float[] x, int at, int n) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      lanes[i % LANES] = Math.fma(x[at + i], x[at + i], lanes[i % LANES]);
    }
    return fold(lanes);
  }

  /** Sum of (x - c)^2. */
  public static float squaredDeviations(float[] x, int at, int n, float c) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      float difference = x[at + i] - c;
      lanes[i % LANES] = Math.fma(difference, difference, lanes[i % LANES]);
    }
    return fold(lanes);
  }

  /** Sum of (x - y)^2. */
  public static float squaredDistance(float[] x, int at, float[] y, int yAt, int n) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      float difference = x[at + i] - y[yAt + i];
      lanes[i % LANES] = Math.fma(difference, difference, lanes[i % LANES]);
    }
    return fold(lanes);
  }

  /** The partials added by halves: 8 to 8, 4 to 4, 2 to 2, 1 to 1. */
  static float fold(float[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }
}
