package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Residual;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.SorterHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FastWeightPairTest {
  @Test
  void itemsAreRefused() {
    Schema schema = Schema.of(List.of(new Field.Hashed("page", 8)), new Target.Item("item", 64));
    assertThatThrownBy(() -> new PairModel(schema, "user", "page"))
        .hasMessageContaining("target item is an item: events of two keys predict classes");
  }

  private static final Field USER = new Field.Hashed("user", 16);
  private static final Field ITEM = new Field.Hashed("item", 16);
  private static final Target RATING = new Target.Number("rating", 3.5, 1.1);

  private static FastWeightPair<Trip> builder() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    return FastWeights.on(env.fromData(OperatorHarness.TRIP, new Trip(1, "k", 2)));
  }

  private static FastWeightPair<Trip> keyed() {
    return builder().key("key", Trip::key).key("user", trip -> trip.user);
  }

  private static PairModel model(Target target, Field... fields) {
    return new PairModel(Schema.of(List.of(fields), target), "user", "item");
  }

  private static List<String> names(Schema schema) {
    return schema.fields().stream().map(Field::name).toList();
  }

  @Test
  void aKeysOwnFieldIsLeftOutInItsMemory() {
    PairModel model = model(RATING, USER, ITEM);
    assertThat(names(model.first())).containsExactly("item");
    assertThat(names(model.second())).containsExactly("user", "rating of the first key");
    assertThat(model.second().fields().get(1))
        .isEqualTo(new Field.Numeric("rating of the first key", 3.5, 1.1));
    assertThat(model.second().target()).isEqualTo(new Residual("rating", 1, 1.1));
  }

  @Test
  void thePredictionIsTheSumWithinTheBoundsOfTheTarget() {
    float[] first = {0.75f};
    float[] second = {0.5f};
    assertThat(model(RATING, USER, ITEM).sum(first, second, 9)).containsExactly(1.25f);
    assertThat(model(new Target.Binary("late"), USER, ITEM).sum(first, second, 9))
        .containsExactly(1f);
    Target classes = new Target.Classes("way", List.of("by air", "by sea"));
    assertThat(
            model(classes, USER, ITEM).sum(new float[] {0.5f, 0.5f}, new float[] {0.5f, -0.75f}, 9))
        .containsExactly(1f, 0f);
  }

  /** Between p E / (E + n) and (p E + n) / (E + n) for n labels of both keys. */
  @Test
  void thePredictionOfATargetWithAPriorIsBoundedByTheLabelsOfBothKeys() {
    PairModel late = model(new Target.Binary("late", new Prior(List.of(0.25), 4)), USER, ITEM);
    assertThat(late.sum(new float[] {0.75f}, new float[] {0.5f}, 0)).containsExactly(0.25f);
    assertThat(late.sum(new float[] {0.75f}, new float[] {0.5f}, 16)).containsExactly(17 / 20f);
    assertThat(late.sum(new float[] {0.25f}, new float[] {-0.5f}, 16)).containsExactly(1 / 20f);
    assertThat(late.second().target()).isEqualTo(new Residual("late", 1, 1, 4));
  }

  @Test
  void trainedModelsSeeAllFieldsAndTheSecondOnePredictsTheTarget() {
    Target late = new Target.Binary("late", new Prior(List.of(0.25), 4));
    PairModel model = new PairModel(Schema.of(List.of(USER, ITEM), late), "user", "item", true);
    assertThat(names(model.first())).containsExactly("user", "item");
    assertThat(names(model.second())).containsExactly("user", "item", "late of the first key");
    assertThat(model.second().target()).isEqualTo(new Target.Binary("late"));
    float[] second = {0.75f};
    assertThat(model.prediction(new float[] {0.5f}, second, 3)).containsExactly(second);
  }

  @Test
  void weightsOfOneKeyAreRefused() {
    assertThatThrownBy(() -> keyed().weights(TestModel.SCHEMA_TRANSFORMER.weights(1), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the weights of the second key are null");
  }

  @Test
  void aFirstMemoryWithoutFieldsIsRefused() {
    assertThatThrownBy(() -> model(RATING, USER).first())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no field but 'user'");
  }

  @Test
  void aSchemaWithoutATargetIsRefused() {
    assertThatThrownBy(() -> model(null, USER, ITEM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no target");
  }

  @Test
  void anEventHasTwoKeysOfTwoNames() {
    assertThatThrownBy(() -> keyed().key("place", trip -> trip.place))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key 'place' is the third");
    assertThatThrownBy(() -> builder().key("key", Trip::key).key("key", Trip::key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key name 'key'");
    assertThatThrownBy(
            () -> builder().key("key", Trip::key).schema(Trips.schema(), Trips::read).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key(...) was called 1 times");
    assertThatThrownBy(() -> keyed().build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("schema(...)");
  }

  @Test
  void aSecondKeyWithoutAStableHashIsRefused() {
    FastWeightPair<Trip> pair =
        builder()
            .key("key", Trip::key)
            .key("place", trip -> new EnumKey(Place.HERE))
            .schema(Trips.schema(), Trips::read);
    assertThatThrownBy(pair::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("an enum");
  }

  /** A place. */
  public enum Place {
    HERE
  }

  /** A key with an enum in it. */
  public static final class EnumKey {
    public Place place;

    public EnumKey() {}

    EnumKey(Place place) {
      this.place = place;
    }

    @Override
    public int hashCode() {
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof EnumKey key && key.place == place;
    }
  }

  @Test
  void everyOperatorHasANameAndUidOfItsOwn() {
    FastWeightPair<Trip> pair =
        keyed()
            .schema(Trips.schema(), (Trip trip, RawEvent event) -> Trips.read(trip, event))
            .set(FastWeightOptions.BATCH_SIZE, 8)
            .uid("memories");
    FastWeightPairStream<Trip> stream = pair.build();
    assertThat(stream.first().predictions().getName()).isEqualTo("fast-weights-key");
    assertThat(
            stream.predictions().getExecutionEnvironment().getTransformations().stream()
                .map(t -> t.getName() + " " + t.getUid()))
        .contains(
            "fast-weights-key memories",
            "fast-weights-key-event-time memories-event-time",
            "fast-weights-user memories-second",
            "fast-weights-user-event-time memories-second-event-time",
            "fast-weights-answers memories-answers");
  }

  private static SorterHarness sorter(boolean afterSorter) throws Exception {
    FastWeights<Trip> builder =
        TestModel.ASSOCIATIVE
            .on(OperatorHarness.builder(new Configuration()))
            .eventTime(Duration.ZERO);
    FastWeights<Trip> second =
        afterSorter ? builder.afterSorter((a, b) -> a.key.compareTo(b.key)) : builder;
    return new SorterHarness(second.build(), OperatorHarness.backend("hashmap"), 1, 0);
  }

  /** A rescaled subtask gets the watermark of another one, whose events are all processed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noEventThatComesFromASorterIsBehindARestoredWatermark(boolean afterSorter) throws Exception {
    long time = Trips.START;
    OperatorSubtaskState ahead;
    try (SorterHarness harness = sorter(afterSorter)) {
      harness.open();
      harness.processWatermark(time + 5);
      ahead = harness.snapshot(1, 1);
    }
    try (SorterHarness harness = sorter(afterSorter)) {
      harness.initializeState(ahead);
      harness.open();
      harness.processElement(new Trip(1, "k", time + 3), time + 3);
      harness.processWatermark(time + 4);
      assertThat(harness.extractOutputValues()).hasSize(afterSorter ? 1 : 0);
      assertThat(harness.lateIds()).hasSize(afterSorter ? 0 : 1);
    }
  }
}
