package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EventOrder;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expiry of keys, and the state that remains. */
class TtlTest {
  private static final long TTL = 1000;

  /**
   * Trips of few keys, in the order of their times but for some of a key, with gaps about a ttl.
   */
  private static List<Trip> trips(SplittableRandom random, int count) {
    List<Trip> trips = new ArrayList<>();
    long time = Trips.START;
    for (int id = 0; id < count; id++) {
      time += random.nextInt(10) == 0 ? random.nextInt(2500) : random.nextInt(150);
      Trip trip = new Trip(id, "k" + random.nextInt(6), time - random.nextInt(120));
      trips.add(random.nextInt(3) == 0 ? trip.asked() : trip);
    }
    return trips;
  }

  private static OperatorHarness harness(
      TestModel model, String backend, int batchSize, long ttl, EventOrder order) throws Exception {
    FastWeights<Trip> builder =
        OperatorHarness.builder(model, batchSize)
            .set(FastWeightOptions.TTL, Duration.ofMillis(ttl))
            .set(FastWeightOptions.ORDER, order)
            .set(FastWeightOptions.FOLD_THRESHOLD, 0.4);
    return new OperatorHarness(builder, backend, 1, 0);
  }

  /** No event comes after a watermark beyond its time. */
  private static Watermark watermark(List<Trip> trips, int at) {
    return new Watermark(
        trips.subList(at, trips.size()).stream().mapToLong(trip -> trip.time).min().orElseThrow()
            - 1);
  }

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, hashmap, true",
    "ASSOCIATIVE, rocksdb, true",
    "SCHEMA_TRANSFORMER, hashmap, true",
    "ASSOCIATIVE, hashmap, false",
    "TRANSFORMER, rocksdb, false"
  })
  void answersAreThoseOfAPlainLoopThatForgets(TestModel model, String backend, boolean watermarks)
      throws Exception {
    long purged = 0;
    for (long seed = Seeds.seed(0), last = seed + 6; seed < last; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Trip> trips = trips(random, 200);
      List<String> lines = new ArrayList<>();
      OperatorSubtaskState checkpoint = null;
      for (int at = 0; at < trips.size(); ) {
        int next = Math.min(trips.size(), at + 1 + random.nextInt(80));
        int batch = 1 + random.nextInt(12);
        try (OperatorHarness harness = harness(model, backend, batch, TTL, EventOrder.REFUSE)) {
          if (checkpoint != null) {
            harness.initializeState(checkpoint);
          }
          harness.open();
          for (; at < next; at++) {
            if (watermarks && random.nextInt(6) == 0) {
              harness.processWatermark(watermark(trips, at));
            }
            harness.process(trips.get(at));
          }
          harness.prepareSnapshotPreBarrier(1);
          lines.addAll(harness.answers());
          checkpoint = harness.snapshot(1, 1);
          harness.process(trips.subList(next, Math.min(trips.size(), next + 9)));
          purged += harness.operator().expiry().purged();
        }
      }
      List<String> expected = model.oracle().ttl(TTL).answers(trips);
      assertThat(lines).as(Seeds.replay(seed)).isEqualTo(expected);
      assertThat(expected).as("the ttl matters").isNotEqualTo(model.oracle().answers(trips));
    }
    assertThat(purged > 0).as("%d purged", purged).isEqualTo(watermarks);
  }

  private static Trip observed(long id, String key, long time) {
    return new Trip(id, key, Trips.START + time);
  }

  /** All in one batch: alive to the last millisecond, expired after it; an ask prolongs nothing. */
  @Test
  void aKeyLivesToTheEndOfItsTtlAndNoLonger() throws Exception {
    List<Trip> trips =
        List.of(
            observed(0, "k", 0),
            observed(1, "k", TTL),
            observed(2, "k", TTL + 500).asked(),
            observed(3, "k", 2 * TTL + 1).asked(),
            observed(4, "k", 2 * TTL).asked(),
            observed(5, "k", 2 * TTL + 1),
            observed(6, "k", 2 * TTL + 2));
    TestModel model = TestModel.ASSOCIATIVE;
    try (OperatorHarness harness = harness(model, "hashmap", 7, TTL, EventOrder.REFUSE)) {
      harness.open();
      harness.process(trips);
      assertThat(harness.answers()).isEqualTo(model.oracle().ttl(TTL).answers(trips));
      float[] unknown = harness.predictions().get(0).values();
      assertThat(harness.predictions().get(3).values()).as("dead").isEqualTo(unknown);
      assertThat(harness.predictions().get(4).values()).as("alive").isNotEqualTo(unknown);
      assertThat(harness.predictions().get(5).values()).as("reborn").isEqualTo(unknown);
      assertThat(harness.operator().expiry().expired()).isEqualTo(1);
      assertThat(harness.operator().memory().size()).isEqualTo(1);
    }
  }

  /** The key expires before every event of a batch. */
  @Test
  void aKeyMayDieAtEveryEventOfABatch() throws Exception {
    List<Trip> trips = new ArrayList<>();
    for (int id = 0; id < 40; id++) {
      trips.add(observed(id, "k" + id % 2, id * 2 * TTL));
      trips.add(observed(100 + id, "k" + id % 2, id * 2 * TTL + TTL + 1).asked());
    }
    for (int batch : new int[] {1, 2, 3, 80}) {
      try (OperatorHarness harness =
          harness(TestModel.ASSOCIATIVE, "hashmap", batch, TTL, EventOrder.REFUSE)) {
        harness.open();
        harness.process(trips);
        harness.finish();
        assertThat(harness.answers())
            .isEqualTo(Answers.sorted(TestModel.ASSOCIATIVE.oracle().ttl(TTL).answers(trips)));
        assertThat(harness.operator().expiry().expired()).isEqualTo(38);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void aDeadKeyLeavesNeitherStateNorTimerNorSlot(String backend) throws Exception {
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, backend, 2, TTL, EventOrder.REFUSE)) {
      harness.open();
      for (int id = 0; id < 9; id++) {
        harness.process(observed(id, "k" + id, id * 100));
      }
      harness.process(observed(9, "k0", 900));
      checkpoint = harness.checkpoint();
      assertThat(harness.numEventTimeTimers()).isEqualTo(9);
    }
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, backend, 2, TTL, EventOrder.REFUSE)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(observed(10, "k1", 950));
      harness.processWatermark(new Watermark(Trips.START + 800 + TTL - 1));
      assertThat(harness.operator().expiry().purged()).as("k2 to k7").isEqualTo(6);
      assertThat(harness.numEventTimeTimers()).as("k0, k1, k8").isEqualTo(3);
      harness.processWatermark(new Watermark(Trips.START + 900 + TTL));
      assertThat(harness.operator().expiry().purged()).as("k1 alone lives").isEqualTo(8);
      assertThat(harness.operator().memory().size()).isEqualTo(1);
      harness.processWatermark(new Watermark(Trips.START + 10 * TTL));
      assertThat(harness.operator().expiry().purged()).isEqualTo(9);
      assertThat(harness.numEventTimeTimers()).isZero();
      assertThat(harness.operator().memory().size()).isZero();
      harness.checkpoint();
      assertThat(harness.keysInState()).isZero();
    }
  }

  /** A ttl is meant to remove expired keys. */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void keysOfAJobWithoutTtlArePurgedOnceItIsSet(String backend) throws Exception {
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, backend, 2, 0, EventOrder.REFUSE)) {
      harness.open();
      for (int id = 0; id < 20; id++) {
        harness.process(observed(id, "k" + id % 5, id * 100));
      }
      harness.processWatermark(new Watermark(Trips.START + 50 * TTL));
      checkpoint = harness.checkpoint();
      assertThat(harness.keysInState()).isEqualTo(5);
      assertThat(harness.numEventTimeTimers()).isZero();
    }
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, backend, 2, TTL, EventOrder.REFUSE)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.processWatermark(new Watermark(Trips.START + 50 * TTL));
      assertThat(harness.numEventTimeTimers()).isEqualTo(5);
      harness.processWatermark(new Watermark(Trips.START + 51 * TTL));
      assertThat(harness.operator().expiry().purged()).isEqualTo(5);
      assertThat(harness.keysInState()).isZero();
    }
  }

  /**
   * A drained job's last watermark fires every timer; keys without further events are still purged.
   */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void keysOfADrainedJobArePurgedByTheOneThatGoesOn(String backend) throws Exception {
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, backend, 2, TTL, EventOrder.REFUSE)) {
      harness.open();
      for (int id = 0; id < 10; id++) {
        harness.process(observed(id, "k" + id, id));
      }
      harness.processWatermark(Watermark.MAX_WATERMARK);
      harness.finish();
      checkpoint = harness.checkpoint();
      assertThat(harness.keysInState()).isEqualTo(10);
    }
    OperatorSubtaskState later;
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, backend, 2, TTL, EventOrder.REFUSE)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(observed(10, "k0", 86_400_000));
      later = harness.checkpoint();
    }
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, backend, 2, TTL, EventOrder.REFUSE)) {
      harness.initializeState(later);
      harness.open();
      harness.processWatermark(new Watermark(Trips.START + 86_400_000));
      assertThat(harness.numEventTimeTimers()).isEqualTo(10);
      harness.processWatermark(new Watermark(Trips.START + 86_400_000 + TTL - 1));
      assertThat(harness.keysInState()).as("k0 alone lives").isEqualTo(1);
      harness.processWatermark(new Watermark(Trips.START + 86_400_000 + 2 * TTL));
      assertThat(harness.keysInState()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  /** A ttl on, off, and on again; between slices of keys events go on, and the job may end. */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void manyKeysAreWatchedInSlices(String backend) throws Exception {
    int keys = 2000;
    OperatorSubtaskState checkpoint = null;
    for (long ttl : new long[] {TTL, 0}) {
      try (OperatorHarness harness =
          harness(TestModel.ASSOCIATIVE, backend, 64, ttl, EventOrder.REFUSE)) {
        if (checkpoint != null) {
          harness.initializeState(checkpoint);
        }
        harness.open();
        for (int id = 0; id < keys; id++) {
          harness.process(observed(id, ttl + "k" + id, 0));
        }
        checkpoint = harness.checkpoint();
      }
    }
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, backend, 1, TTL, EventOrder.REFUSE)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.processWatermark(new Watermark(Trips.START - 1));
      int first = harness.numEventTimeTimers();
      harness.process(observed(keys, "new", 0));
      harness.processWatermark(new Watermark(Trips.START));
      assertThat(harness.numEventTimeTimers()).isLessThan(2 * keys);
      harness.checkpoint();
      for (int slice = 1; slice < 20; slice++) {
        harness.setProcessingTime(slice * 10);
      }
      assertThat(harness.numEventTimeTimers()).isEqualTo(2 * keys + 1).isGreaterThan(first);
      harness.processWatermark(new Watermark(Trips.START + 2 * TTL));
      assertThat(harness.keysInState()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void theEndOfTheInputEndsNoLife() throws Exception {
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, "hashmap", 2, TTL, EventOrder.REFUSE)) {
      harness.open();
      harness.process(observed(0, "k", 0));
      harness.processWatermark(Watermark.MAX_WATERMARK);
      checkpoint = harness.checkpoint();
    }
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, "hashmap", 1, TTL, EventOrder.REFUSE)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(observed(1, "k", 1));
      assertThat(harness.numEventTimeTimers()).as("set again").isEqualTo(1);
      Oracle oracle = TestModel.ASSOCIATIVE.oracle();
      oracle.answer(observed(0, "k", 0));
      assertThat(harness.answers()).containsExactly(oracle.answer(observed(1, "k", 1)));
    }
  }

  /** The lag is the last event that was learned, also where that one was late. */
  @Test
  void anAcceptedLateEventSetsTheTimeFromWhichTheTtlCounts() throws Exception {
    List<Trip> trips =
        List.of(observed(0, "k", 900), observed(1, "k", 0), observed(2, "k", TTL + 1));
    try (OperatorHarness harness =
        harness(TestModel.ASSOCIATIVE, "hashmap", 3, TTL, EventOrder.ACCEPT)) {
      harness.open();
      harness.process(trips);
      assertThat(harness.predictions().get(2).values())
          .isEqualTo(harness.predictions().get(0).values());
      assertThat(harness.predictions().get(1).values())
          .isNotEqualTo(harness.predictions().get(0).values());
    }
  }
}
