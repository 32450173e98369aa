package io.fastweights.kernels.numeric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.apache.commons.numbers.gamma.Erfc;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class TranscendentalTest {
  /** Every 1009th float, of both signs, from the smallest subnormal to infinity. */
  private static final int STRIDE = 1009;

  private interface FloatFunction {
    float of(float x);
  }

  @Test
  void sigmoidIsWithinOneUlpEverywhere() {
    sweep(Layers::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)));
  }

  @Test
  void geluIsWithinOneUlpEverywhere() {
    sweep(Layers::gelu, x -> 0.5 * x * Erfc.value(-x * Math.sqrt(0.5)));
  }

  @Test
  void expIsWithinOneUlpOfAFloat() {
    sweep(x -> (float) Transcendental.exp(x), StrictMath::exp);
  }

  @Test
  void theLimitsAreExact() {
    assertThat(Layers.sigmoid(Float.POSITIVE_INFINITY)).isEqualTo(1f);
    assertThat(Layers.sigmoid(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Layers.sigmoid(0f)).isEqualTo(0.5f);
    assertThat(Layers.gelu(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Layers.gelu(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Layers.gelu(0f)).isZero();
    assertThat(Layers.sigmoid(Float.NaN)).isNaN();
    assertThat(Layers.gelu(Float.NaN)).isNaN();
  }

  private static void sweep(FloatFunction function, DoubleUnaryOperator exact) {
    for (long bits = 0; bits < 0x7f800000L; bits += STRIDE) {
      float x = Float.intBitsToFloat((int) bits);
      check(function, exact, x);
      check(function, exact, -x);
    }
    for (float x = -20; x < 20; x += 1 / 4096f) {
      check(function, exact, x);
    }
  }

  private static void check(FloatFunction function, DoubleUnaryOperator exact, float x) {
    float expected = (float) exact.applyAsDouble(x);
    float actual = function.of(x);
    boolean near = actual == expected || Math.abs((double) actual - expected) <= Math.ulp(expected);
    if (!near) {
      Assertions.fail("of %s: expected %s, got %s", x, expected, actual);
    }
  }
}
