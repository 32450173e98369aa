package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Number of events that a key had learned at an ask. */
@SuppressWarnings("try") // a harness may be interrupted when it closes
class SeenTest {
  /** Every third trip is an ask. */
  private static FastWeights<Trip> builder() {
    return OperatorHarness.builder(TestModel.ASSOCIATIVE, 5)
        .schema(
            Trips.schema(),
            (trip, event) -> {
              Trips.read(trip, event);
              if (trip.id % 3 == 0) {
                event.ask();
              } else {
                event.observe();
              }
            })
        .set(FastWeightOptions.TTL, Duration.ofMillis(2000));
  }

  private static Trip trip(int id, long time) {
    return new Trip(id, "k" + id * 7 % 13, Trips.START + time);
  }

  private static void expect(List<Trip> trips, Map<String, Long> seen, OperatorHarness harness) {
    List<Long> expected = new ArrayList<>();
    for (Trip trip : trips) {
      expected.add(seen.getOrDefault(trip.key, 0L));
      if (trip.id % 3 != 0) {
        seen.merge(trip.key, 1L, Long::sum);
      }
    }
    assertThat(harness.predictions()).extracting(Prediction::seen).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void observedEventsOfTheKeyAreCountedThroughARestoreUntilItIsForgotten(String backend)
      throws Exception {
    List<Trip> before = new ArrayList<>();
    List<Trip> after = new ArrayList<>();
    List<Trip> late = new ArrayList<>();
    for (int id = 0; id < 60; id++) {
      before.add(trip(id, id));
      after.add(trip(100 + id, 100 + id));
      late.add(trip(200 + id, 10_000 + id));
    }
    Map<String, Long> seen = new HashMap<>();
    OperatorSubtaskState state;
    try (OperatorHarness harness = new OperatorHarness(builder(), backend, 1, 0)) {
      harness.open();
      harness.process(before);
      state = harness.checkpoint();
      expect(before, seen, harness);
    }
    try (OperatorHarness harness = new OperatorHarness(builder(), backend, 1, 0)) {
      harness.initializeState(state);
      harness.open();
      harness.process(after);
      state = harness.checkpoint();
      expect(after, seen, harness);
    }
    try (OperatorHarness harness = new OperatorHarness(builder(), backend, 1, 0)) {
      harness.initializeState(state);
      harness.open();
      harness.process(late);
      harness.finish();
      expect(late, new HashMap<>(), harness);
    }
  }
}
