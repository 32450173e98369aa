package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EventOrder;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One event never stops the job: it goes to the side output with the reason. */
class MalformedTest {

  private static FastWeights<Trip> builder() {
    return OperatorHarness.builder(TestModel.ASSOCIATIVE, 4);
  }

  private static Trip trip(long id) {
    return new Trip(id, "k", Trips.START + id * 1000);
  }

  /** Processes good, bad, good; the good ones must be answered as if the bad one were not there. */
  private static String reason(FastWeights<Trip> builder, Consumer<Trip> spoil) throws Exception {
    Trip bad = trip(1);
    spoil.accept(bad);
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.process(List.of(trip(0), bad, trip(2)));
      harness.finish();
      assertThat(harness.answeredIds()).containsExactly(0L, 2L);
      assertThat(harness.malformed()).hasSize(1);
      assertThat(harness.malformed().get(0).event().id).isEqualTo(1);
      return harness.malformed().get(0).reason();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, distance is NaN",
    "Infinity, distance is Infinity",
    "-Infinity, distance is -Infinity",
    "1e400, distance is Infinity",
    "ten, 'distance is ''ten'', not a number'",
    "'', not a number"
  })
  void aNumberThatIsNone(String distance, String reason) throws Exception {
    assertThat(reason(builder(), trip -> trip.distance = distance)).contains(reason);
  }

  @Test
  void aListOfCandidatesThatIsTooLong() throws Exception {
    FastWeights<Trip> builder =
        builder()
            .schema(
                Trips.items(),
                (trip, event) -> {
                  Trips.readItems(trip, event);
                  event.candidates(Collections.nCopies(trip.id == 1 ? 10_001 : 10_000, "offer"));
                });
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.process(List.of(trip(0), trip(1), trip(2)));
      harness.finish();
      assertThat(harness.answeredIds()).containsExactly(0L, 2L);
      assertThat(harness.malformed())
          .extracting(Malformed::reason)
          .containsExactly(
              "the event's list of candidates has 10,001 items, must have at most 10,000");
    }
  }

  /** It is an input of its own, not a reason to lose the event. */
  @Test
  void aMissingNumberIsTaken() throws Exception {
    Trip without = trip(1);
    without.distance = null;
    FastWeights<Trip> builder =
        builder()
            .schema(
                Trips.schema(),
                (trip, event) ->
                    event
                        .timestamp(trip.time)
                        .set(0, trip.place)
                        .set(1, trip.user)
                        .set(2, trip.distance)
                        .target(trip.outcome));
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.process(List.of(trip(0), without, trip(2)));
      harness.finish();
      assertThat(harness.answeredIds()).containsExactly(0L, 1L, 2L);
      assertThat(harness.malformed()).isEmpty();
    }
  }

  @Test
  void anEventWithoutATimestampWhereEventsAreTakenByTheirTime() throws Exception {
    FastWeights<Trip> builder = builder().eventTime(Duration.ZERO);
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.process(trip(0));
      harness.processElement(new StreamRecord<>(trip(1)));
      harness.processElement(trip(3), Long.MIN_VALUE);
      harness.process(trip(2));
      harness.finish();
      assertThat(harness.answeredIds()).containsExactly(0L, 2L);
      assertThat(harness.malformed())
          .extracting(malformed -> malformed.event().id)
          .containsOnly(1L, 3L);
      assertThat(harness.malformed().get(0).reason())
          .contains("assign timestamps and watermarks in front of the keyBy");
    }
  }

  private static FastWeights<Trip> untimed(Field... fields) {
    return OperatorHarness.builder(new Configuration())
        .schema(
            Schema.of(
                Stream.concat(Stream.of(new Field.Hashed("key", 8)), Stream.of(fields)).toList(),
                new Target.Binary("late")),
            (trip, event) -> event.set("key", trip.key).target(true))
        .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, 16);
  }

  static Stream<Arguments> usersOfTheTime() {
    return Stream.of(
        Arguments.of("field gap", untimed(new Field.Elapsed("gap", 24))),
        Arguments.of("field day", untimed(new Field.DayOfWeek("day", ZoneOffset.UTC))),
        Arguments.of("field hour", untimed(new Field.TimeOfDay("hour", 24, true, ZoneOffset.UTC))),
        Arguments.of("fastweights.ttl", untimed().set(FastWeightOptions.TTL, Duration.ofDays(1))),
        Arguments.of(
            "fastweights.half-life",
            untimed().set(FastWeightOptions.HALF_LIFE, Duration.ofDays(1))));
  }

  /** Flink marks the records of a source without timestamps by Long.MIN_VALUE. */
  @ParameterizedTest
  @MethodSource("usersOfTheTime")
  void anEventWithoutATimeWhereOneIsNeeded(String user, FastWeights<Trip> builder)
      throws Exception {
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.processElement(new StreamRecord<>(trip(0)));
      harness.processElement(trip(1), Long.MIN_VALUE);
      harness.process(trip(2));
      harness.finish();
      assertThat(harness.answeredIds()).containsExactly(2L);
      assertThat(harness.malformed())
          .extracting(Malformed::reason)
          .hasSize(2)
          .allMatch(reason -> reason.contains("no time, and " + user + " needs one"));
    }
  }

  @Test
  void anEventWithoutATimeIsTakenWhereNoneIsNeeded() throws Exception {
    try (OperatorHarness harness = OperatorHarness.open(untimed())) {
      harness.processElement(trip(1), Long.MIN_VALUE);
      harness.processElement(new StreamRecord<>(trip(2)));
      harness.finish();
      assertThat(harness.predictions()).extracting(Prediction::timestamp).containsExactly(0L, 0L);
      assertThat(harness.getOutput())
          .allMatch(element -> !((StreamRecord<?>) element).hasTimestamp());
    }
  }

  /** The context of a late label has its own time. */
  @Test
  void aTimeOfTheContextIsEnoughForTheHour() throws Exception {
    FastWeights<Trip> builder =
        OperatorHarness.builder(new Configuration())
            .schema(
                Schema.of(
                    List.of(new Field.DayOfWeek("day", ZoneOffset.UTC)), new Target.Binary("late")),
                (trip, event) -> event.contextTimestamp(trip.time).target(true));
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.processElement(trip(1), Long.MIN_VALUE);
      harness.finish();
      assertThat(harness.answeredIds()).containsExactly(1L);
    }
  }

  @Test
  void anUnknownClass() throws Exception {
    assertThat(reason(builder(), trip -> trip.outcome = "lost"))
        .contains("outcome is 'lost', not one of the 3 classes");
  }

  @Test
  void anObservedEventWithoutTarget() throws Exception {
    assertThat(reason(builder(), trip -> trip.outcome = null)).contains("outcome is missing");
  }

  @Test
  void aReaderThatFails() throws Exception {
    assertThat(reason(builder(), trip -> trip.user = Trips.NOBODY)).contains("a trip of nobody");
  }

  @Test
  void aReaderThatFindsNoEvent() throws Exception {
    FastWeights<Trip> builder =
        builder()
            .schema(
                Trips.schema(),
                (trip, event) -> {
                  if (trip.id == 1) {
                    throw new MalformedEventException("line 7 is cut in half");
                  }
                  Trips.read(trip, event);
                });
    assertThat(reason(builder, trip -> {})).isEqualTo("line 7 is cut in half");
  }

  @Test
  void aReaderThatSetsAFieldThatIsNotThere() throws Exception {
    FastWeights<Trip> builder =
        builder()
            .schema(
                Trips.schema(),
                (trip, event) -> {
                  Trips.read(trip, event);
                  event.set(trip.id == 1 ? 17 : 0, "harbour");
                });
    assertThat(reason(builder, trip -> {})).contains("17");
  }

  @Test
  void aVectorWhereTheTargetIsANumber() throws Exception {
    Schema schema =
        Schema.of(List.of(new Field.Hashed("user", 8)), new Target.Number("delay", 0, 1));
    FastWeights<Trip> builder =
        builder()
            .schema(
                schema,
                (trip, event) -> {
                  event.timestamp(trip.time).target(3.0);
                  if (trip.id == 1) {
                    event.target(new float[1]);
                  }
                });
    assertThat(reason(builder, trip -> {})).contains("delay").contains("not a number");
  }

  @ParameterizedTest
  @CsvSource({"NaN, float 6 of the vector is NaN", ", 'has 11 floats, must have 12'"})
  void aVectorThatIsNone(String distance, String reason) throws Exception {
    FastWeights<Trip> builder = OperatorHarness.builder(TestModel.TRANSFORMER, 4);
    assertThat(reason(builder, trip -> trip.distance = distance)).contains(reason);
  }

  @Test
  void anEventBeforeTheLastObservedOfItsKey() throws Exception {
    assertThat(reason(builder(), trip -> trip.time = Trips.START - 1))
        .contains("2025-12-31T23:59:59.999Z")
        .contains("2026-01-01T00:00:00Z");
  }

  @Test
  void anAskBeforeTheLastObservedOfItsKey() throws Exception {
    assertThat(reason(builder(), trip -> trip.asked().time = Trips.START - 1)).contains("before");
  }

  @Test
  void onlyObservedEventsOfTheSameKeyMakeAnEventLate() throws Exception {
    try (OperatorHarness harness = OperatorHarness.open(builder())) {
      harness.process(new Trip(0, "k", Trips.START));
      harness.process(new Trip(1, "k", Trips.START + 5000).asked());
      harness.process(new Trip(2, "other", Trips.START - 5000));
      harness.process(new Trip(3, "k", Trips.START));
      harness.finish();
      assertThat(harness.answeredIds()).containsExactly(0L, 1L, 2L, 3L);
    }
  }

  @Test
  void anEventIsLateWhereverTheBatchWasCut() throws Exception {
    for (int batchSize : new int[] {1, 2, 3, 50}) {
      try (OperatorHarness harness =
          OperatorHarness.open(OperatorHarness.builder(TestModel.ASSOCIATIVE, batchSize))) {
        harness.process(new Trip(0, "k", Trips.START + 2));
        harness.process(new Trip(1, "k", Trips.START + 1));
        harness.process(new Trip(2, "k", Trips.START + 2));
        harness.process(new Trip(3, "k", Trips.START));
        harness.process(new Trip(4, "other", Trips.START - 1));
        harness.finish();
        assertThat(harness.answeredIds()).as("%d", batchSize).containsExactly(0L, 2L, 4L);
      }
    }
  }

  @Test
  void lateEventsAreTakenWhereTheyAreAccepted() throws Exception {
    FastWeights<Trip> builder = builder().set(FastWeightOptions.ORDER, EventOrder.ACCEPT);
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.process(new Trip(0, "k", Trips.START));
      harness.process(new Trip(1, "k", Trips.START - 1000));
      harness.finish();
      assertThat(harness.answeredIds()).containsExactly(0L, 1L);
      assertThat(harness.malformed()).isEmpty();
    }
  }

  @Test
  void anUnknownCategoryIsPredictedAsAnyOtherUnknownOne() throws Exception {
    try (OperatorHarness harness = OperatorHarness.open(builder())) {
      for (int id = 0; id < 6; id++) {
        Trip trip = trip(id);
        trip.place = List.of("harbour", "station", "market").get(id % 3);
        harness.process(trip);
      }
      String[] places = {"moon", "mars", null, "harbour"};
      for (String place : places) {
        Trip trip = new Trip(10, "k", Trips.START + 9000).asked();
        trip.place = place;
        harness.process(trip);
      }
      harness.finish();
      List<float[]> answers =
          harness.predictions().stream().skip(6).map(Prediction::values).toList();
      assertThat(answers).hasSize(4);
      assertThat(answers.get(1)).isEqualTo(answers.get(0));
      assertThat(answers.get(2)).isEqualTo(answers.get(0));
      assertThat(answers.get(3)).isNotEqualTo(answers.get(0));
    }
  }

  @Test
  void malformedEventsLeaveNoState() throws Exception {
    try (OperatorHarness harness =
        OperatorHarness.open(
            TestModel.ASSOCIATIVE.on(OperatorHarness.builder(new Configuration())))) {
      Trip bad = trip(0);
      bad.distance = "NaN";
      harness.process(bad);
      harness.checkpoint();
      assertThat(harness.entriesOnHeap()).isZero();
    }
  }

  @Test
  void aMalformedEventBearsItsElementsTimestamp() throws Exception {
    try (OperatorHarness harness = OperatorHarness.open(builder())) {
      Trip bad = trip(0);
      bad.distance = "NaN";
      harness.processElement(bad, 42);
      OutputTag<Malformed<Trip>> tag =
          new OutputTag<>("malformed", Malformed.type(OperatorHarness.TRIP));
      assertThat(harness.getSideOutput(tag).peek().getTimestamp()).isEqualTo(42);
    }
  }

  @Test
  void everyEventComesOutOnceOneWayOrTheOther() throws Exception {
    long seed = Seeds.seed(8);
    List<Trip> trips = Trips.stream(seed, 500);
    try (OperatorHarness harness = OperatorHarness.open(builder())) {
      harness.process(trips);
      harness.finish();
      assertThat(harness.malformed()).as(Seeds.replay(seed)).hasSizeGreaterThan(20);
      assertThat(harness.answers().stream().map(Answers::id))
          .as(Seeds.replay(seed))
          .containsExactlyElementsOf(trips.stream().map(trip -> trip.id).toList());
    }
  }
}
