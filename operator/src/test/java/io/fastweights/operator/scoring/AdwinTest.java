package io.fastweights.operator.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdwinTest {

  /** The same window with every value kept, and every statistic computed from them. */
  private static final class PlainWindow {
    final double delta;
    final List<List<Double>> buckets = new ArrayList<>();
    int clock;

    PlainWindow(double delta) {
      this.delta = delta;
    }

    boolean add(double value) {
      buckets.add(new ArrayList<>(List.of(value)));
      for (int size = 1; bucketsOf(size) > 5; size *= 2) {
        int oldest = 0;
        while (buckets.get(oldest).size() != size) {
          oldest++;
        }
        buckets.get(oldest).addAll(buckets.remove(oldest + 1));
      }
      boolean cut = false;
      if (++clock % 32 == 0) {
        while (hasCut()) {
          buckets.remove(0);
          cut = true;
        }
      }
      return cut;
    }

    long bucketsOf(int size) {
      return buckets.stream().filter(bucket -> bucket.size() == size).count();
    }

    List<Double> values(int from, int to) {
      return buckets.subList(from, to).stream().flatMap(List::stream).toList();
    }

    boolean hasCut() {
      double n = values(0, buckets.size()).size();
      double d = delta / Math.log(n);
      for (int split = 1; split < buckets.size(); split++) {
        List<Double> older = values(0, split);
        List<Double> newer = values(split, buckets.size());
        double m = 1 / (1.0 / older.size() + 1.0 / newer.size());
        double limit =
            Math.sqrt(2 / m * variance() * Math.log(2 / d)) + 2 / (3 * m) * Math.log(2 / d);
        boolean enough = older.size() >= 5 && newer.size() >= 5;
        if (enough && Math.abs(mean(older) - mean(newer)) > limit) {
          return true;
        }
      }
      return false;
    }

    double mean() {
      return mean(values(0, buckets.size()));
    }

    double variance() {
      double mean = mean();
      return mean(values(0, buckets.size()).stream().map(v -> (v - mean) * (v - mean)).toList());
    }

    static double mean(List<Double> values) {
      return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void keepsTheWindowThatEveryValueKeptWouldGive(long usual) {
    SplittableRandom random = new SplittableRandom(Long.getLong("fastweights.seed", usual));
    Adwin adwin = new Adwin(0.05);
    PlainWindow plain = new PlainWindow(0.05);
    double level = 0.5;
    int cuts = 0;
    for (int i = 0; i < 3000; i++) {
      if (random.nextInt(400) == 0) {
        level = random.nextDouble();
      }
      double value = random.nextBoolean() ? level : level * random.nextDouble();
      boolean cut = plain.add(value);
      assertThat(adwin.add(value)).as("cut at value %d", i).isEqualTo(cut);
      cuts += cut ? 1 : 0;
      if (i % 16 == 0 || cut) {
        assertThat(adwin.width()).isEqualTo(plain.values(0, plain.buckets.size()).size());
        assertThat(adwin.mean()).isCloseTo(plain.mean(), within(1e-9));
        assertThat(adwin.variance()).isCloseTo(plain.variance(), within(1e-9));
      }
    }
    assertThat(cuts).as("the stream changed").isPositive();
  }

  @ParameterizedTest
  @CsvSource({"0.2, 0.4", "0.7, 0.3"})
  void findsAChangeEitherWayAndSaysWhatTheMeansAre(double before, double after) {
    SplittableRandom random = new SplittableRandom(9);
    Adwin adwin = new Adwin(0.002);
    int found = -1;
    for (int i = 0; i < 4000; i++) {
      boolean cut = adwin.add(random.nextDouble() < (i < 2000 ? before : after) ? 1 : 0);
      if (cut && found < 0) {
        found = i;
        assertThat(adwin.meanBefore()).isCloseTo(before, within(0.05));
        assertThat(adwin.meanAfter()).isCloseTo(after, within(0.2));
        assertThat(adwin.eventsAfter()).isBetween((i - 2000L) / 2, 2L * (i - 2000));
      }
    }
    assertThat(found).isBetween(2000, 2400);
    assertThat(adwin.mean()).isCloseTo(after, within(0.05));
    assertThat(adwin.width()).isLessThan(2500);
  }

  @Test
  void aStreamThatStaysIsNeverCutAtASmallDelta() {
    SplittableRandom random = new SplittableRandom(10);
    Adwin adwin = new Adwin(1e-4);
    for (int i = 0; i < 100_000; i++) {
      assertThat(adwin.add(random.nextInt(10) < 3 ? 1 : 0)).as("at %d", i).isFalse();
    }
    assertThat(adwin.width()).isEqualTo(100_000);
    assertThat(adwin.mean()).isCloseTo(0.3, within(0.01));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
  void refusesADeltaThatIsNoProbability(double delta) {
    assertThatThrownBy(() -> new Adwin(delta))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be in (0, 1)");
  }
}
