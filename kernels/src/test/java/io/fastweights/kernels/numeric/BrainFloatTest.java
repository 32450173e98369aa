package io.fastweights.kernels.numeric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BrainFloatTest {

  @Test
  void everyValueSurvivesTheWayThereAndBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float x = BrainFloat.toFloat((short) bits);
      if (!Float.isNaN(x)) {
        assertThat(BrainFloat.of(x)).as("bits %x", bits).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void roundsToTheNearerNeighbourAndTiesToEven() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200_000; i++) {
      int bits = i % 4 == 0 ? random.nextInt() & 0xffff0000 | 0x8000 : random.nextInt();
      float x = Float.intBitsToFloat(bits);
      int below = bits & 0xffff0000;
      double low = Float.intBitsToFloat(below);
      double high = Float.intBitsToFloat(below + 0x10000);
      if (Float.isFinite(x) && Double.isFinite(high)) {
        double toLow = Math.abs(x - low);
        double toHigh = Math.abs(x - high);
        boolean lowIsEven = (below >>> 16 & 1) == 0;
        double nearest = toLow < toHigh || toLow == toHigh && lowIsEven ? low : high;
        assertThat((double) BrainFloat.round(x)).as("of %s", x).isEqualTo(nearest);
      }
    }
  }

  @Test
  void errsByAtMostOnePartIn256() {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 200_000; i++) {
      float x = (float) (random.nextGaussian() * Math.exp(40 * random.nextGaussian()));
      if (Math.abs(x) > Float.MIN_NORMAL && Math.abs(x) < 3e38f) {
        assertThat(Math.abs(BrainFloat.round(x) - (double) x))
            .as("of %s", x)
            .isLessThanOrEqualTo(Math.abs((double) x) / 256);
      }
    }
  }

  @Test
  void keepsNaNAndTheInfinities() {
    assertThat(BrainFloat.round(Float.NaN)).isNaN();
    assertThat(BrainFloat.round(Float.intBitsToFloat(0x7f800001))).isNaN();
    assertThat(BrainFloat.round(Float.intBitsToFloat(0xffffffff))).isNaN();
    assertThat(BrainFloat.round(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(BrainFloat.round(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
  }
}
