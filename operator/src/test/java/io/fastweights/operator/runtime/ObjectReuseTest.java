package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple1;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** With object reuse an element, and its key, may be filled again while its event is held back. */
class ObjectReuseTest {
  private static final List<Trip> TRIPS = Trips.stream(21, 200);

  /** Selects the same key object every time. */
  private static final class ReusedKey implements KeySelector<Trip, Tuple1<String>> {
    private static final long serialVersionUID = 1L;
    private final Tuple1<String> key = new Tuple1<>();

    @Override
    public Tuple1<String> getKey(Trip trip) {
      key.f0 = trip.key;
      return key;
    }
  }

  private static void fill(Trip reused, Trip trip) {
    reused.id = trip.id;
    reused.key = trip.key;
    reused.time = trip.time;
    reused.ask = trip.ask;
    reused.place = trip.place;
    reused.user = trip.user;
    reused.distance = trip.distance;
    reused.outcome = trip.outcome;
  }

  @Test
  void anElementMayBeFilledAgainWhileItsEventWaits() throws Exception {
    OperatorHarness harness =
        new OperatorHarness(OperatorHarness.builder(TestModel.ASSOCIATIVE, 16), "hashmap", 1, 0);
    try (harness) {
      harness.getExecutionConfig().enableObjectReuse();
      harness.open();
      Trip reused = new Trip();
      for (Trip trip : TRIPS) {
        fill(reused, trip);
        harness.process(reused);
      }
      harness.finish();
      assertThat(harness.answers()).isEqualTo(TestModel.ASSOCIATIVE.oracle().answers(TRIPS));
    }
  }

  @Test
  @SuppressWarnings("try") // the harness may be interrupted when it closes
  void aKeyMayBeFilledAgainWhileItsEventWaits() throws Exception {
    var factory =
        OperatorHarness.factory(OperatorHarness.builder(TestModel.ASSOCIATIVE, 16).build());
    try (var harness =
        new KeyedOneInputStreamOperatorTestHarness<Tuple1<String>, Trip, Prediction<Trip>>(
            factory, new ReusedKey(), Types.TUPLE(Types.STRING))) {
      harness.setup(
          Prediction.type(OperatorHarness.TRIP)
              .createSerializer(harness.getExecutionConfig().getSerializerConfig()));
      harness.getExecutionConfig().enableObjectReuse();
      harness.open();
      for (Trip trip : TRIPS) {
        harness.processElement(trip, trip.time);
      }
      harness.prepareSnapshotPreBarrier(1);
      harness.snapshot(1, 1);
      List<String> expected =
          TestModel.ASSOCIATIVE.oracle().answers(TRIPS).stream()
              .filter(line -> !line.endsWith("malformed"))
              .toList();
      assertThat(harness.extractOutputValues().stream().map(Answers::of).toList())
          .isEqualTo(expected);
    }
  }
}
