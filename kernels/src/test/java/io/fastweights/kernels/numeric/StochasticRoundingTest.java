package io.fastweights.kernels.numeric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StochasticRoundingTest {
  private static final int EVENTS = 4096;
  private static final int ROWS = 16;
  private static final int COLUMNS = 8;

  @Test
  void leavesWhatBf16HoldsWhateverTheNoise() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float x = BrainFloat.toFloat((short) bits);
      for (int noise : new int[] {0, 1, 0x8000, 0xffff}) {
        if (x == x) {
          assertThat(StochasticRounding.of(x, noise))
              .as("bits %x, noise %x", bits, noise)
              .isEqualTo((short) bits);
        } else {
          assertThat(StochasticRounding.of(x, noise)).as("NaN %x", bits).isEqualTo((short) 0x7fc0);
        }
      }
    }
    assertThat(StochasticRounding.of(Float.intBitsToFloat(0xffffffff), 0xffff))
        .isEqualTo((short) 0x7fc0);
  }

  /** All 65,536 noises: as many of them round up as f - f (1 - f) / 128 is parts of 65,536. */
  @Test
  void roundsUpAsOftenAsTheDistanceFromBelowLessTheDamping() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      int bits = random.nextInt();
      float x = Float.intBitsToFloat(bits);
      if (Float.isFinite(x)) {
        int ups = 0;
        for (int noise = 0; noise < 1 << 16; noise++) {
          short rounded = StochasticRounding.of(x, noise);
          ups += rounded == (short) (bits >>> 16) ? 0 : 1;
          assertThat(rounded - (short) (bits >>> 16)).as("%s, noise %x", x, noise).isBetween(0, 1);
        }
        double f = (bits & 0xffff) / 65536.0;
        double expected = 65536 * (f - f * (1 - f) / 128);
        assertThat(ups - expected).as("%s of %s for %s", ups, expected, x).isBetween(0.0, 1.0);
      }
    }
  }

  /** The mean square is below that of x by one to three times what is added. */
  @Test
  void takesOutTwoToFourTimesTheEnergyThatItAdds() {
    for (int m = 128; m < 256; m += 8) {
      for (int f = 4099; f < 1 << 16; f += 4099) {
        float x = Float.intBitsToFloat((127 << 23) + (m - 128 << 16) + f);
        double up = 0;
        for (int noise = 0; noise < 1 << 16; noise++) {
          up += BrainFloat.toFloat(StochasticRounding.of(x, noise)) > x ? 1 : 0;
        }
        double p = up / (1 << 16);
        double distance = f / 65536.0;
        double added = distance * (1 - distance);
        double square = m * m + p * (2 * m + 1);
        double exact = (m + distance) * (m + distance);
        assertThat((exact - square) / added)
            .as("(%s^2 - %s) / %s at %s + %s", m + distance, square, added, m, distance)
            .isBetween(0.8, 3.2);
      }
    }
  }

  /** Chi-squared of 256 classes has mean 255 and standard deviation 22.6. */
  @Test
  void noiseIsUniformOverEventsRowsAndColumns() {
    int[] ofAll = new int[256];
    for (int column = 0; column < COLUMNS; column++) {
      int[] ofColumn = new int[256];
      for (int event = 1; event <= EVENTS; event++) {
        for (int row = 0; row < ROWS; row++) {
          int high = noise(event, row, column) >>> 8;
          ofColumn[high]++;
          ofAll[high]++;
        }
      }
      assertThat(chiSquared(ofColumn)).as("column %d", column).isBetween(142.0, 368.0);
    }
    assertThat(chiSquared(ofAll)).isBetween(142.0, 368.0);
  }

  /** Neighbours in any direction: a correlation of N pairs has standard deviation 1 / sqrt(N). */
  @Test
  void noiseOfNeighboursIsUncorrelated() {
    double bound = 5 / Math.sqrt((double) EVENTS * ROWS * COLUMNS);
    assertThat(Math.abs(correlation(1, 0, 0))).as("events").isLessThan(bound);
    assertThat(Math.abs(correlation(2, 0, 0))).as("every other event").isLessThan(bound);
    assertThat(Math.abs(correlation(0, 1, 0))).as("rows").isLessThan(bound);
    assertThat(Math.abs(correlation(0, 0, 1))).as("columns").isLessThan(bound);
    assertThat(Math.abs(correlation(1, -1, 1))).as("diagonally").isLessThan(bound);
  }

  @Test
  void fadeAndUpdatesOfAnEventHaveNoiseOfTheirOwn() {
    int event = StochasticRounding.event(3);
    assertThat(StochasticRounding.pass(event, StochasticRounding.FADE))
        .isNotEqualTo(StochasticRounding.pass(event, StochasticRounding.update(0)));
    assertThat(StochasticRounding.pass(event, StochasticRounding.update(1)))
        .isNotEqualTo(StochasticRounding.pass(event, StochasticRounding.update(0)));
  }

  @Test
  void eventsBeyondTwoToThe32AreNotThoseFromTheBeginning() {
    assertThat(StochasticRounding.event(1 + (1L << 32))).isNotEqualTo(StochasticRounding.event(1));
  }

  /** Replays of logs depend on these bits: they never change. */
  @Test
  void theNoiseStaysAsItIs() {
    assertThat(noise(1, 0, 0)).isEqualTo(36048);
    assertThat(noise(1_000_000, 5, 3)).isEqualTo(53047);
    assertThat(noise(1L << 40, 15, 7)).isEqualTo(35007);
  }

  private static int noise(long event, int row, int column) {
    int seed =
        StochasticRounding.pass(StochasticRounding.event(event), StochasticRounding.update(0));
    return StochasticRounding.noise(
        StochasticRounding.row(seed, row * COLUMNS), StochasticRounding.column(column));
  }

  private static double chiSquared(int[] counts) {
    double expected = 0;
    for (int count : counts) {
      expected += count / (double) counts.length;
    }
    double sum = 0;
    for (int count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  private static double correlation(int events, int rows, int columns) {
    double sum = 0;
    for (int event = 3; event < EVENTS + 3; event++) {
      for (int row = 1; row <= ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
          sum +=
              centred(noise(event, row, column))
                  * centred(noise(event + events, row + rows, column + columns));
        }
      }
    }
    return sum / ((double) EVENTS * ROWS * COLUMNS);
  }

  /** Of mean 0 and variance 1. */
  private static double centred(int noise) {
    return (noise + 0.5 - (1 << 15)) / (1 << 16) * Math.sqrt(12);
  }
}
