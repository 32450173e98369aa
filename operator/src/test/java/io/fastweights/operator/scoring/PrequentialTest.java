package io.fastweights.operator.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.schema.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each measure against its definition over all values that it should count. */
class PrequentialTest {
  private static final int WINDOW = 50;

  /** A scored event of a binary target. */
  private record Scored(double p, boolean y) {}

  private static List<Scored> stream(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Scored> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double p = random.nextInt(4) == 0 ? random.nextInt(5) / 4.0 : random.nextDouble();
      events.add(new Scored(p, random.nextDouble() < p));
    }
    return events;
  }

  private static List<Scored> window(List<Scored> events, int end) {
    return events.subList(Math.max(0, end - WINDOW), end);
  }

  @Test
  void theThreeMeansAreThoseOfTheirDefinitions() {
    double fading = 0.9;
    PrequentialMean mean = new PrequentialMean(WINDOW, fading);
    assertThat(mean.sinceStart()).isNaN();
    List<Scored> events = stream(1, 500);
    for (int i = 1; i <= events.size(); i++) {
      mean.add(events.get(i - 1).p);
      double weighted = 0;
      double weights = 0;
      for (int k = 1; k <= i; k++) {
        weighted += Math.pow(fading, i - k) * events.get(k - 1).p;
        weights += Math.pow(fading, i - k);
      }
      assertThat(mean.faded()).isCloseTo(weighted / weights, within(1e-9));
      assertThat(mean.sinceStart()).isCloseTo(average(events.subList(0, i)), within(1e-9));
      assertThat(mean.window()).isCloseTo(average(window(events, i)), within(1e-9));
    }
  }

  private static double average(List<Scored> events) {
    return events.stream().mapToDouble(Scored::p).average().orElseThrow();
  }

  @Test
  void aucIsTheShareOfPairsInOrder() {
    WindowedAuc auc = new WindowedAuc(WINDOW);
    assertThat(auc.auc()).isNaN();
    List<Scored> events = stream(2, 500);
    for (int i = 1; i <= events.size(); i++) {
      auc.add(events.get(i - 1).p, events.get(i - 1).y);
      double pairs = 0;
      double won = 0;
      for (Scored positive : window(events, i)) {
        for (Scored negative : window(events, i)) {
          if (positive.y && !negative.y) {
            pairs++;
            won += bin(positive) > bin(negative) ? 1 : bin(positive) == bin(negative) ? 0.5 : 0;
          }
        }
      }
      if (pairs > 0) {
        assertThat(auc.auc()).as("after %d", i).isEqualTo(won / pairs);
      } else {
        assertThat(auc.auc()).isNaN();
      }
    }
  }

  private static int bin(Scored event) {
    return Math.min(16383, (int) (event.p * 16384));
  }

  @Test
  void aucOfAPerfectAReversedAndAConstantScore() {
    WindowedAuc perfect = new WindowedAuc(WINDOW);
    WindowedAuc reversed = new WindowedAuc(WINDOW);
    WindowedAuc constant = new WindowedAuc(WINDOW);
    for (int i = 0; i < 40; i++) {
      boolean y = i % 3 == 0;
      perfect.add(y ? 1 : 0, y);
      reversed.add(y ? 0 : 1, y);
      constant.add(0.5, y);
    }
    assertThat(perfect.auc()).isEqualTo(1);
    assertThat(reversed.auc()).isZero();
    assertThat(constant.auc()).isEqualTo(0.5);
  }

  @Test
  void calibrationErrorIsTheGapBetweenConfidenceAndFrequency() {
    CalibrationError calibration = new CalibrationError(WINDOW);
    assertThat(calibration.error()).isNaN();
    List<Scored> events = stream(3, 500);
    for (int i = 1; i <= events.size(); i++) {
      calibration.add(events.get(i - 1).p, events.get(i - 1).y);
      double gaps = 0;
      for (int b = 0; b < 10; b++) {
        int bin = b;
        gaps +=
            Math.abs(
                window(events, i).stream()
                    .filter(event -> Math.min(9, (int) (event.p * 10)) == bin)
                    .mapToDouble(event -> event.p - (event.y ? 1 : 0))
                    .sum());
      }
      assertThat(calibration.error())
          .as("after %d", i)
          .isCloseTo(gaps / window(events, i).size(), within(1e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({"0.9, 1, 0.10536, 0.01", "0.9, 0, 2.30259, 0.81", "0, 1, 16.11810, 1"})
  void binaryLossIsTheLogarithmAndItsBoundedFormTheBrierScore(
      float p, float y, double loss, double brier) {
    float[] predicted = {p};
    float[] target = {y};
    assertThat(Loss.BINARY.of(predicted, target)).isCloseTo(loss, within(1e-4));
    assertThat(Loss.BINARY.bounded(predicted, target, 1)).isCloseTo(brier, within(1e-6));
  }

  @Test
  void lossesOfClassesAndNumbers() {
    float[] predicted = {0.2f, 0.5f, 0.3f};
    float[] target = {0, 0, 1};
    assertThat(Loss.CLASSES.of(predicted, target)).isCloseTo(-Math.log(0.3), within(1e-6));
    assertThat(Loss.CLASSES.bounded(predicted, target, 1))
        .isCloseTo((0.04 + 0.25 + 0.49) / 2, within(1e-6));
    assertThat(Loss.NUMBER.of(new float[] {3, 8}, new float[] {5, 7})).isEqualTo(1.5);
    assertThat(Loss.NUMBER.bounded(new float[] {3}, new float[] {5}, 2)).isEqualTo(0.5);
    assertThat(Loss.ITEM.of(new float[] {0, 1}, new float[] {1, 0})).isEqualTo(2);
    assertThat(Loss.ITEM.bounded(new float[] {0, 1}, new float[] {1, 0}, 1)).isEqualTo(2.0 / 3);
    assertThat(Loss.of(new Target.Item("i", 8))).isEqualTo(Loss.ITEM);
    assertThat(Loss.of(new Target.Number("n", 0, 1))).isEqualTo(Loss.NUMBER);
    assertThat(Loss.of(new Target.Binary("b"))).isEqualTo(Loss.BINARY);
    assertThat(Loss.of(new Target.Classes("c", List.of("x", "y")))).isEqualTo(Loss.CLASSES);
    assertThat(Loss.squashed(Double.POSITIVE_INFINITY)).isEqualTo(1);
  }
}
