package io.fastweights.kernels.numeric;

/**
 * Sums in one fixed order, so that every engine on a CPU gives the same bits: sixteen partial sums
 * (value i goes to partial i mod 16), added by halves: 8 to 8, 4 to 4, 2 to 2, 1 to 1. Sixteen
 * floats are one AVX-512 register, two of AVX2, four of NEON.
 *
 * <p>Adding by halves is a recursion over strides: the sum of every s-th value from i on is that of
 * every 2s-th from i on plus that of every 2s-th from i + s on.
 */
public final class Sums {
  /** Partial sums. */
  public static final int LANES = 16;

  private Sums() {}

  /** x[at] + ... + x[at + n - 1]. */
  public static float sum(float[] x, int at, int n) {
    return sum(x, at, at + n, 1);
  }

  /** Sum of squares of x. */
  public static float squares(float[] x, int at, int n) {
    return squaredDeviations(x, at, n, 0);
  }

  /** Sum of (x - c)^2. */
  public static float squaredDeviations(float[] x, int at, int n, float c) {
    return squaredDeviations(x, at, at + n, 1, c);
  }

  /** Sum of (x - y)^2. */
  public static float squaredDistance(float[] x, int at, float[] y, int yAt, int n) {
    return squaredDistance(x, at, at + n, 1, y, yAt - at);
  }

  /** Sum of x y. */
  public static float products(float[] x, int at, float[] y, int yAt, int n) {
    return products(x, at, at + n, 1, y, yAt - at);
  }

  private static float products(float[] x, int from, int end, int stride, float[] y, int shift) {
    if (stride < LANES) {
      return products(x, from, end, 2 * stride, y, shift)
          + products(x, from + stride, end, 2 * stride, y, shift);
    }
    float partial = 0;
    for (int i = from; i < end; i += LANES) {
      partial = Math.fma(x[i], y[i + shift], partial);
    }
    return partial;
  }

  private static float sum(float[] x, int from, int end, int stride) {
    if (stride < LANES) {
      return sum(x, from, end, 2 * stride) + sum(x, from + stride, end, 2 * stride);
    }
    float partial = 0;
    for (int i = from; i < end; i += LANES) {
      partial += x[i];
    }
    return partial;
  }

  private static float squaredDeviations(float[] x, int from, int end, int stride, float c) {
    if (stride < LANES) {
      return squaredDeviations(x, from, end, 2 * stride, c)
          + squaredDeviations(x, from + stride, end, 2 * stride, c);
    }
    float partial = 0;
    for (int i = from; i < end; i += LANES) {
      float difference = x[i] - c;
      partial = Math.fma(difference, difference, partial);
    }
    return partial;
  }

  private static float squaredDistance(
      float[] x, int from, int end, int stride, float[] y, int shift) {
    if (stride < LANES) {
      return squaredDistance(x, from, end, 2 * stride, y, shift)
          + squaredDistance(x, from + stride, end, 2 * stride, y, shift);
    }
    float partial = 0;
    for (int i = from; i < end; i += LANES) {
      float difference = x[i] - y[i + shift];
      partial = Math.fma(difference, difference, partial);
    }
    return partial;
  }
}
