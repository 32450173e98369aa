package io.fastweights.kernels.numeric;

/**
 * bf16: the upper sixteen bits of a float, with all of its range and 8 bits of precision. Rounding
 * is to the nearest, ties to even; the error is at most 2^-8 of the rounded value's size (half a
 * unit of the last of 8 bits), for all but subnormal numbers.
 */
public final class BrainFloat {
  private static final int NAN = 0x7fc0;

  private BrainFloat() {}

  /** The nearest bf16; numbers beyond its largest become infinite. */
  public static short of(float x) {
    int bits = Float.floatToRawIntBits(x);
    if (Float.isNaN(x)) {
      return NAN;
    }
    int even = bits >>> 16 & 1;
    return (short) (bits + 0x7fff + even >>> 16);
  }

  /** The float of the same value. */
  public static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** x rounded to bf16. */
  public static float round(float x) {
    return toFloat(of(x));
  }

  /** Rounds x[at ... at + n - 1] to bf16. */
  public static void round(float[] x, int at, int n) {
    for (int i = at; i < at + n; i++) {
      x[i] = round(x[i]);
    }
  }
}
