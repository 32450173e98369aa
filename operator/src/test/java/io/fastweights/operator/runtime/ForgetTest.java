package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that empty the memory of their key; ScheduleTest has them among all else. */
class ForgetTest {
  private static final int BATCH = 4;
  private static final Duration TTL = Duration.ofDays(30);

  private static Trip trip(int id, String key) {
    return new Trip(id, key, Trips.START + id);
  }

  private static Trip forgotten(int id, String key) {
    Trip trip = trip(id, key);
    trip.user = Trips.FORGOTTEN;
    return trip;
  }

  private static OperatorHarness harness(String backend, boolean expire) throws Exception {
    FastWeights<Trip> builder = OperatorHarness.builder(TestModel.SCHEMA_TRANSFORMER, BATCH);
    if (expire) {
      builder.set(FastWeightOptions.TTL, TTL);
    }
    return new OperatorHarness(builder, backend, 1, 0);
  }

  @ParameterizedTest
  @CsvSource({"hashmap, false", "hashmap, true", "rocksdb, false", "rocksdb, true"})
  void aForgottenKeyLeavesNothingAndBeginsAnew(String backend, boolean expire) throws Exception {
    Oracle oracle = TestModel.SCHEMA_TRANSFORMER.oracle();
    List<String> expected = new ArrayList<>();
    List<Trip> before = List.of(trip(0, "a"), trip(1, "b"), trip(2, "a"), trip(3, "a"));
    List<Trip> after = List.of(trip(8, "a"), trip(9, "b"));
    expected.addAll(oracle.answers(before));
    // The others wait in a batch when their key is forgotten.
    expected.add(oracle.answer(trip(4, "a")));
    assertThat(oracle.forget(forgotten(5, "a"))).isTrue();
    assertThat(oracle.forget(forgotten(7, "nobody"))).isTrue();
    List<String> answers = new ArrayList<>();
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness = harness(backend, expire)) {
      harness.open();
      harness.process(before);
      harness.checkpoint();
      assertThat(harness.keysInState()).isEqualTo(2);
      harness.process(trip(4, "a"));
      harness.process(forgotten(5, "a"));
      harness.process(forgotten(6, "a"));
      harness.process(forgotten(7, "nobody"));
      checkpoint = harness.checkpoint();
      assertThat(harness.keysInState()).as("only the other key").isEqualTo(1);
      harness.predictions().forEach(answer -> answers.add(Answers.of(answer)));
    }
    try (OperatorHarness harness = harness(backend, expire)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(after);
      expected.addAll(oracle.answers(after));
      // The timer of the key's first life must not end the second one.
      harness.processWatermark(new Watermark(Trips.START + TTL.toMillis() + 5));
      harness.checkpoint();
      assertThat(harness.keysInState()).isEqualTo(2);
      harness.predictions().forEach(answer -> answers.add(Answers.of(answer)));
    }
    assertThat(answers).isEqualTo(expected);
  }
}
