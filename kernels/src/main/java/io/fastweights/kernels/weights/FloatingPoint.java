package io.fastweights.kernels.weights;

import java.nio.ByteBuffer;

/** Numbers of a file as fp32: F16 and BF16 without loss, F64 rounded to the nearest. */
final class FloatingPoint {
  private static final int HALF_MANTISSA = 10;
  private static final int MANTISSA = 23;
  private static final int HALF_BIAS = 15;
  private static final int BIAS = 127;
  private static final int HALF_EXPONENTS = 31;

  private FloatingPoint() {}

  static boolean isFloating(Dtype dtype) {
    return switch (dtype) {
      case F32, F16, BF16, F64 -> true;
      default -> false;
    };
  }

  /**
   * @param dtype one of those that {@link #isFloating}
   * @param from little-endian, from its position
   */
  static void read(Dtype dtype, ByteBuffer from, float[] to, int at, int count) {
    switch (dtype) {
      case F32 -> from.asFloatBuffer().get(to, at, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          to[at + i] = half(from.getShort());
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          to[at + i] = Float.intBitsToFloat(from.getShort() << 16);
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          to[at + i] = (float) from.getDouble();
        }
      }
      default -> throw new IllegalArgumentException(dtype + " is not floating-point");
    }
  }

  /** IEEE 754 binary16 as fp32. */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> HALF_MANTISSA & HALF_EXPONENTS;
    int mantissa = bits & (1 << HALF_MANTISSA) - 1;
    if (exponent == 0) {
      float subnormal = Math.scalb((float) mantissa, 1 - HALF_BIAS - HALF_MANTISSA);
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(subnormal));
    }
    int wide = exponent == HALF_EXPONENTS ? 2 * BIAS + 1 : exponent - HALF_BIAS + BIAS;
    return Float.intBitsToFloat(sign | wide << MANTISSA | mantissa << MANTISSA - HALF_MANTISSA);
  }
}
