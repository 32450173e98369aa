package io.fastweights.operator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Decay of memories with the times of their keys' events. */
class FadingTest {
  private static final int TRIPS = 200;
  private static final long HOUR = 3_600_000;
  private static final long[] HALF_LIVES = {0, HOUR / 4, HOUR, 12 * HOUR};

  private static Fading fading(long halfLife) {
    return new Fading(Duration.ofMillis(halfLife));
  }

  @Test
  void halfIsLeftAfterAHalfLifeAndAllBeforeTheFirstStep() {
    Fading fading = fading(HOUR);
    for (long learned : new long[] {Trips.START, Trips.START + 1234, -77_777, 0}) {
      assertThat(fading.between(learned, learned + HOUR)).isEqualTo(0.5f);
      assertThat(fading.between(learned, learned + 20 * HOUR)).isEqualTo(0x1p-20f);
      assertThat(fading.between(learned, learned)).isEqualTo(1);
      assertThat(fading.between(learned, learned - 5 * HOUR)).as("late").isEqualTo(1);
    }
    assertThat(fading.between(Trips.START, Trips.START + HOUR / 16 - 1)).isEqualTo(1);
    assertThat(fading.between(Trips.START, Trips.START + HOUR / 16))
        .isEqualTo((float) StrictMath.pow(2, -1 / 16.0));
    assertThat(fading.between(Fading.NEVER, Trips.START)).as("the first event").isEqualTo(1);
    assertThat(fading(0).between(0, Long.MAX_VALUE)).as("off").isEqualTo(1);
  }

  @Test
  void timesAsFarApartAsTheyCanBeLeaveNothing() {
    for (long halfLife : new long[] {1, HOUR, Duration.ofDays(365_000).toMillis()}) {
      assertThat(fading(halfLife).between(Long.MIN_VALUE + 1, Long.MAX_VALUE)).isZero();
      assertThat(fading(halfLife).between(0, Long.MAX_VALUE)).isZero();
    }
  }

  /** The decay of a key depends on time and not on its number of events, to within one step. */
  @Test
  void theDecayOfATimeDoesNotDependOnTheNumberOfEventsInIt() {
    SplittableRandom random = new SplittableRandom(4);
    for (int run = 0; run < 50; run++) {
      long halfLife = 1 + random.nextLong(100 * HOUR);
      Fading fading = fading(halfLife);
      long begin = Trips.START + random.nextLong(HOUR);
      double left = 1;
      long time = begin;
      for (int i = 0; i < 300; i++) {
        long next = time + random.nextLong(1 + halfLife / 40);
        left *= fading.between(time, next);
        time = next;
      }
      double halves = (time - begin) / (double) halfLife;
      assertThat(-Math.log(left) / Math.log(2)).isCloseTo(halves, within(1.01 / 16));
    }
  }

  /** Each restore has another half-life, and another storage. */
  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, hashmap, 0.4",
    "ASSOCIATIVE, rocksdb, 16",
    "TRANSFORMER, hashmap, 0",
    "SCHEMA_TRANSFORMER, rocksdb, 16",
    "ATTENTION, hashmap, 1"
  })
  void theBitsAreThoseOfAPlainLoopWhateverTheBatchesAndTheHalfLives(
      TestModel model, String backend, double fold) throws Exception {
    for (long seed = Seeds.seed(0), last = seed + 3; seed < last; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Trip> trips = Trips.stream(seed, TRIPS);
      Oracle oracle = model.oracle();
      List<String> expected = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      OperatorSubtaskState checkpoint = null;
      for (int at = 0; at < TRIPS; ) {
        int next = Math.min(TRIPS, at + 1 + random.nextInt(60));
        long halfLife = HALF_LIVES[random.nextInt(HALF_LIVES.length)];
        StorageFormat storage = StorageFormat.values()[random.nextInt(2)];
        oracle.storage(storage.storage()).halfLife(halfLife);
        expected.addAll(oracle.answers(trips.subList(at, next)));
        FastWeights<Trip> builder =
            OperatorHarness.builder(model, 1 + random.nextInt(9))
                .set(FastWeightOptions.FOLD_THRESHOLD, fold)
                .set(FastWeightOptions.HALF_LIFE, Duration.ofMillis(halfLife))
                .set(FastWeightOptions.STORAGE, storage);
        try (OperatorHarness harness = new OperatorHarness(builder, backend, 1, 0)) {
          if (checkpoint != null) {
            harness.initializeState(checkpoint);
          }
          harness.open();
          harness.process(trips.subList(at, next));
          harness.prepareSnapshotPreBarrier(1);
          lines.addAll(harness.answers());
          checkpoint = harness.snapshot(1, 1);
          // Lost with the task.
          harness.process(trips.subList(next, Math.min(TRIPS, next + random.nextInt(12))));
        }
        at = next;
      }
      assertThat(lines).as(Seeds.replay(seed)).isEqualTo(expected);
      assertThat(expected).as("fading matters").isNotEqualTo(model.oracle().answers(trips));
    }
  }

  private static List<String> answers(FastWeights<Trip> builder, List<Trip> trips)
      throws Exception {
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.process(trips);
      harness.finish();
      return harness.answers();
    }
  }

  /** Nothing is multiplied, not even by 1. */
  @ParameterizedTest
  @EnumSource(value = TestModel.class, names = "FORGET_GATES", mode = EnumSource.Mode.EXCLUDE)
  void aHalfLifeBeyondAllEventsChangesNoBit(TestModel model) throws Exception {
    List<Trip> trips = Trips.stream(11, 100);
    FastWeights<Trip> builder =
        OperatorHarness.builder(model, 7)
            .set(FastWeightOptions.HALF_LIFE, Duration.ofDays(365_000));
    assertThat(answers(builder, trips))
        .isEqualTo(answers(OperatorHarness.builder(model, 7), trips))
        .isEqualTo(model.oracle().answers(trips));
  }

  /** An expired key has nothing to decay, and its ttl is not prolonged. */
  @Test
  void aKeyMayFadeAndDie() throws Exception {
    SplittableRandom random = new SplittableRandom(8);
    List<Trip> trips = new ArrayList<>();
    long time = Trips.START;
    for (int id = 0; id < 300; id++) {
      time += random.nextInt((int) HOUR / 10);
      Trip trip = new Trip(id, "k" + random.nextInt(4), time);
      trips.add(random.nextInt(4) == 0 ? trip.asked() : trip);
    }
    TestModel model = TestModel.ASSOCIATIVE;
    for (int batch : new int[] {1, 5, 60}) {
      FastWeights<Trip> builder =
          OperatorHarness.builder(model, batch)
              .set(FastWeightOptions.TTL, Duration.ofMinutes(25))
              .set(FastWeightOptions.HALF_LIFE, Duration.ofMinutes(20));
      assertThat(answers(builder, trips))
          .isEqualTo(model.oracle().ttl(25 * 60_000).halfLife(20 * 60_000).answers(trips));
    }
  }

  private static FastWeights<Trip> inBf16(long halfLife) {
    return OperatorHarness.builder(TestModel.ASSOCIATIVE, 64)
        .set(FastWeightOptions.STORAGE, StorageFormat.BF16)
        .set(FastWeightOptions.HALF_LIFE, Duration.ofMillis(halfLife));
  }

  /** With a gap of a thousandth of the half-life, a weight in bf16 would round back every time. */
  @Test
  void aBusyKeyFadesInBf16Too() throws Exception {
    List<Trip> trips = new ArrayList<>();
    for (int id = 0; id < 1500; id++) {
      trips.add(new Trip(id, "k", Trips.START + id * HOUR / 1000));
    }
    List<String> kept = answers(inBf16(0), trips);
    List<String> faded = answers(inBf16(HOUR), trips);
    assertThat(faded.subList(0, 63)).as("the first step").isEqualTo(kept.subList(0, 63));
    assertThat(faded.subList(63, 1500)).isNotEqualTo(kept.subList(63, 1500));
  }

  @Test
  void aHalfLifeBesideForgetGatesIsRefused() {
    FastWeights<Trip> builder =
        TestModel.FORGET_GATES
            .on(OperatorHarness.builder(new Configuration()))
            .set(FastWeightOptions.HALF_LIFE, Duration.ofHours(2));
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fastweights.half-life is PT2H, must be 0")
        .hasMessageContaining("forget gates");
  }
}
