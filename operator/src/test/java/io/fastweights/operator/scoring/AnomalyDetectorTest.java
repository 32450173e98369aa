package io.fastweights.operator.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors of one key, the score of each, and the alarms. */
class AnomalyDetectorTest {
  private static final double RATE = 0.001;
  private static final int SETTLED = 2000;

  /** Errors of a key for which nothing ever happens. */
  enum Errors {
    NORMAL(random -> Math.abs(random.nextGaussian())),
    EXPONENTIAL(random -> -Math.log(1 - random.nextDouble())),
    LOG_NORMAL(random -> Math.exp(random.nextGaussian())),
    CAUCHY(random -> Math.abs(Math.tan(Math.PI * (random.nextDouble() - 0.5)))),
    UNIFORM(Random::nextDouble),
    RARE(random -> random.nextInt(50) == 0 ? 1 : 0);

    private final ToDoubleFunction<Random> draw;

    Errors(ToDoubleFunction<Random> draw) {
      this.draw = draw;
    }

    double next(Random random) {
      return draw.applyAsDouble(random);
    }
  }

  /** A key with so many normal errors behind it. */
  private static double[] settled(AnomalyDetector detector, Random random) {
    double[] state = AnomalyDetector.start();
    for (int i = 0; i < SETTLED; i++) {
      detector.add(Errors.NORMAL.next(random), state);
    }
    return state;
  }

  /** Common errors, until the last highest rating is forgotten. */
  private static void calm(AnomalyDetector detector, double[] state) {
    for (int i = 0; i <= AnomalyDetector.EPISODE; i++) {
      detector.add(0.5, state);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theShareOfAlarmsIsTheRateWhateverTheErrorsAre(Errors errors) {
    Random random = new Random(7);
    for (double rate : new double[] {0.001, 0.003}) {
      AnomalyDetector detector = new AnomalyDetector(rate);
      double[] state = AnomalyDetector.start();
      int events = (int) (200 / rate);
      int alarms = 0;
      for (int i = 0; i < events; i++) {
        detector.add(errors.next(random), state);
        alarms += AnomalyDetector.isAlarm(state) ? 1 : 0;
      }
      double share = (double) alarms / events;
      assertThat(share).as("rate %s", rate).isBetween(0.4 * rate, 1.6 * rate);
    }
  }

  @Test
  void aSpikeIsAnAlarm() {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    double[] state = settled(detector, new Random(1));
    calm(detector, state);
    assertThat(detector.add(0.5, state)).isZero();
    assertThat(AnomalyDetector.isAlarm(state)).isFalse();
    assertThat(detector.add(50, state)).isGreaterThan(0.9999);
    assertThat(AnomalyDetector.isAlarm(state)).isTrue();
  }

  /** A memory begins with errors as large as those of a fault: they do not hide it later. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 15, 40})
  void errorsOfEarlyLearningDoNotHideALaterError(int events) {
    Random random = new Random(3);
    AnomalyDetector detector = new AnomalyDetector(RATE);
    int found = 0;
    int alarms = 0;
    for (int key = 0; key < 100; key++) {
      double[] state = AnomalyDetector.start();
      for (int i = 0; i < 600; i++) {
        double learning = 300 * Math.exp(-(double) i / events);
        double error = 5 * random.nextDouble() + learning * random.nextDouble();
        detector.add(i == 599 ? 250 : error, state);
        boolean alarm = AnomalyDetector.isAlarm(state);
        found += i == 599 && alarm ? 1 : 0;
        alarms += i < 599 && alarm ? 1 : 0;
      }
    }
    assertThat(found).as("of 100 faults").isGreaterThan(90);
    assertThat(alarms).as("of 59,900 others").isLessThan(180);
  }

  @Test
  void aRunOfErrorsIsLessProbableThanOneOfThem() {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    double[] state = settled(detector, new Random(2));
    calm(detector, state);
    double first = detector.add(3, state);
    double highest = first;
    for (int i = 0; i < 20; i++) {
      highest = Math.max(highest, detector.add(3, state));
    }
    assertThat(1 - highest)
        .as("p of the run, p of the first: %s", 1 - first)
        .isLessThan((1 - first) / 5);
  }

  @Test
  void anEpisodeIsReportedOnceUntilItEnds() {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    double[] state = settled(detector, new Random(3));
    calm(detector, state);
    assertThat(detector.add(100, state)).isGreaterThan(0.9999);
    for (int i = 0; i < AnomalyDetector.EPISODE; i++) {
      double score = detector.add(i == 200 ? 50 : 0.5, state);
      assertThat(score).as("event %s after the spike", i).isZero();
    }
    assertThat(detector.add(100, state)).isGreaterThan(0.99);
  }

  @Test
  void aHigherErrorIsNewsInAnEpisode() {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    double[] state = settled(detector, new Random(4));
    calm(detector, state);
    double first = detector.add(10, state);
    assertThat(detector.add(1000, state)).isGreaterThan(first);
    assertThat(AnomalyDetector.isAlarm(state)).isTrue();
  }

  @Test
  void theFirstEventsOfAKeyAreNotRated() {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    double[] state = AnomalyDetector.start();
    Random random = new Random(5);
    for (int i = 0; i < ErrorTail.FIRST_EVENTS; i++) {
      assertThat(detector.add(i == 40 ? 1e6 : Errors.NORMAL.next(random), state)).isZero();
      assertThat(AnomalyDetector.isAlarm(state)).isFalse();
    }
  }

  @Test
  void anUnknownErrorChangesNothing() {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    double[] state = settled(detector, new Random(6));
    calm(detector, state);
    double[] before = state.clone();
    assertThat(detector.add(Double.NaN, state)).isNaN();
    assertThat(state).containsExactly(before);
  }

  @Test
  void theFalseAlarmRateLeavesTheScoreAlone() {
    AnomalyDetector strict = new AnomalyDetector(1e-6);
    AnomalyDetector lax = new AnomalyDetector(0.01);
    double[] ofStrict = AnomalyDetector.start();
    double[] ofLax = AnomalyDetector.start();
    Random random = new Random(8);
    int fewer = 0;
    int more = 0;
    for (int i = 0; i < 20_000; i++) {
      double error = Errors.LOG_NORMAL.next(random);
      double score = strict.add(error, ofStrict);
      assertThat(lax.add(error, ofLax)).isEqualTo(score);
      fewer += AnomalyDetector.isAlarm(ofStrict) ? 1 : 0;
      more += AnomalyDetector.isAlarm(ofLax) ? 1 : 0;
    }
    assertThat(fewer).isLessThanOrEqualTo(1);
    assertThat(more).isGreaterThan(50);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0x1p-20, 0x1p30})
  void theUnitOfTheErrorsDoesNotMatter(double unit) {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    double[] one = AnomalyDetector.start();
    double[] other = AnomalyDetector.start();
    Random random = new Random(9);
    for (int i = 0; i < 5000; i++) {
      double error = Errors.EXPONENTIAL.next(random) * (i == 4000 ? 50 : 1);
      double score = detector.add(error, one);
      assertThat(detector.add(unit * error, other))
          .as("event %s", i)
          .isCloseTo(score, within(1e-3));
    }
  }

  /** Perfect predictions, numbers of any size, and jumps between them. */
  @Test
  void statisticsStayFinite() {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    double[] state = AnomalyDetector.start();
    double[] sizes = {0, 0, 1e-30, 1, 1e20, Float.MAX_VALUE, Double.POSITIVE_INFINITY};
    Random random = new Random(10);
    for (int i = 0; i < 50_000; i++) {
      double score = detector.add(sizes[random.nextInt(i % 1000 < 500 ? 2 : sizes.length)], state);
      assertThat(score).isBetween(0.0, 1.0);
    }
    for (double value : state) {
      assertThat(value).isFinite();
    }
  }
}
