package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Validation of the builder's settings, and the source of its options. */
class FastWeightsBuilderTest {

  private static FastWeights<Trip> builder() {
    return builder(Map.of());
  }

  private static FastWeights<Trip> builder(Map<String, String> job) {
    return OperatorHarness.builder(Configuration.fromMap(job)).schema(Trips.schema(), Trips::read);
  }

  private static <V> Arguments refused(ConfigOption<V> option, V value, String limit) {
    return Arguments.of(option, value, limit);
  }

  static Stream<Arguments> valuesOutOfRange() {
    return Stream.of(
        refused(FastWeightOptions.BATCH_SIZE, 0, "is 0, must be at least 1"),
        refused(FastWeightOptions.BATCH_SIZE, -1, "is -1, must be at least 1"),
        refused(FastWeightOptions.BATCH_SIZE, Integer.MAX_VALUE, "must be at most 65536"),
        refused(FastWeightOptions.TTL, Duration.ofNanos(1), "must be 0 or in 1 ms"),
        refused(FastWeightOptions.TTL, Duration.ofMillis(-1), "PT-0.001S, must be 0 or in"),
        refused(FastWeightOptions.HALF_LIFE, Duration.ofNanos(1), "must be 0 or in 1 ms"),
        refused(FastWeightOptions.HALF_LIFE, Duration.ofMillis(-1), "PT-0.001S, must be 0 or in"),
        refused(FastWeightOptions.HALF_LIFE, Duration.ofDays(365_001), "... 365000 days"),
        refused(FastWeightOptions.LINGER, Duration.ofMillis(-1), "PT-0.001S, must be in 0"),
        refused(FastWeightOptions.LINGER, Duration.ofSeconds(Long.MAX_VALUE), "must be in 0"),
        refused(FastWeightOptions.FOLD_THRESHOLD, -0.1, "is -0.1, must be in 0 ... 16"),
        refused(FastWeightOptions.FOLD_THRESHOLD, Double.NaN, "is NaN, must be in 0 ... 16"),
        refused(FastWeightOptions.ASSOCIATIVE_KEY_DIM, 0, "is 0, must be at least 1"),
        refused(FastWeightOptions.ASSOCIATIVE_NU, 0, "is 0, must be at least 1"),
        refused(FastWeightOptions.ASSOCIATIVE_NU, 512, "is 512, must be below 512"),
        refused(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(), "is [], must have"),
        refused(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(0.5, 0.0), "must be in (0, 1]"),
        refused(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(1.5), "must be in (0, 1]"),
        refused(FastWeightOptions.LABELS_TTL, Duration.ZERO, "is PT0S, must be in 1 ms"),
        refused(FastWeightOptions.LABELS_TTL, Duration.ofSeconds(Long.MIN_VALUE), "must be in"),
        refused(FastWeightOptions.LABELS_TTL, Duration.ofDays(3651), "must be in 1 ms ... 3650"),
        refused(FastWeightOptions.RANKING_SIZE, 0, "is 0, must be at least 1"),
        refused(FastWeightOptions.RANKING_SIZE, 1001, "must be at most 1000"),
        refused(FastWeightOptions.PREQUENTIAL_WINDOW, 0, "is 0, must be at least 1"),
        refused(FastWeightOptions.PREQUENTIAL_WINDOW, 10_000_001, "must be at most 10000000"),
        refused(FastWeightOptions.PREQUENTIAL_FADING, 0.0, "is 0.0, must be in (0, 1]"),
        refused(FastWeightOptions.PREQUENTIAL_FADING, 1.01, "is 1.01, must be in (0, 1]"),
        refused(FastWeightOptions.DRIFT_DELTA, 0.0, "is 0.0, must be in (0, 1)"),
        refused(FastWeightOptions.DRIFT_DELTA, 1.0, "is 1.0, must be in (0, 1)"));
  }

  @ParameterizedTest
  @MethodSource("valuesOutOfRange")
  <V> void aValueOutOfRangeIsRefusedByNameAndLimit(ConfigOption<V> option, V value, String limit) {
    assertThatThrownBy(() -> builder().set(option, value).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(option.key())
        .hasMessageContaining(limit);
  }

  @ParameterizedTest
  @CsvSource({"fastweights.batch-size, many", "fastweights.cache-size, much"})
  void aValueThatIsNoneIsRefusedByName(String key, String value) {
    assertThatThrownBy(() -> builder(Map.of(key, value)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value);
  }

  @Test
  void itemsArePredictedByMemoriesWithoutWeightsAlone() {
    SlowWeights weights = TestModel.SCHEMA_TRANSFORMER.weights(17);
    assertThatThrownBy(() -> items().weights(weights).build())
        .hasMessage("target outcome is an item: only memories without weights predict items");
    assertThatThrownBy(() -> items().shadow((SlowWeights) null).build())
        .hasMessageContaining("so leave out shadow(...)");
    assertThatThrownBy(
            () ->
                OperatorHarness.refreshed(new Configuration())
                    .schema(Trips.items(), Trips::readItems)
                    .build())
        .hasMessageContaining("so leave out refresh(...)");
    assertThatThrownBy(() -> builder().catalogue(List.of("a")).build())
        .hasMessage("a catalogue is given, and the schema's target is no item that could be in it");
    assertThatThrownBy(() -> items().catalogue(List.of("a", " ")).build())
        .hasMessage("item 2 of the catalogue is blank");
    assertThatCode(() -> items().catalogue(List.of("a", "b")).build()).doesNotThrowAnyException();
  }

  private static FastWeights<Trip> items() {
    return OperatorHarness.builder(new Configuration()).schema(Trips.items(), Trips::readItems);
  }

  @Test
  void operatorsBesideHaveAsManySubtasksAndIdsOfTheirOwn() {
    FastWeightStream<Trip> stream =
        builder().eventTime(Duration.ofSeconds(1)).parallelism(3).uid("trips").build();
    SingleOutputStreamOperator<Scored<Trip>> scored = stream.scored();
    assertThat(stream.scored()).isSameAs(scored);
    var sorter = stream.late().getTransformation().getInputs().get(0);
    assertThat(
            List.of(sorter, stream.predictions().getTransformation(), scored.getTransformation()))
        .allSatisfy(operator -> assertThat(operator.getParallelism()).isEqualTo(3))
        .extracting(Transformation::getUid)
        .containsExactly("trips-event-time", "trips", "trips-scores");
    assertThatThrownBy(() -> builder().parallelism(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parallelism is 0");
  }

  @Test
  void withoutATargetThereIsNothingToScore() {
    FastWeights<Trip> builder = OperatorHarness.builder(new Configuration());
    FastWeightStream<Trip> stream = TestModel.TRANSFORMER.on(builder).build();
    assertThatThrownBy(stream::scored)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no target");
  }

  @Test
  void questionsAndFactsNeedKeysOfOneType() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    KeyedStream<Trip, Long> facts =
        env.fromData(OperatorHarness.TRIP, new Trip(0, "k", 0)).keyBy(trip -> trip.id, Types.LONG);
    assertThatThrownBy(() -> builder().buildWithFacts(facts, Trips::read))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keys of type String")
        .hasMessageContaining("Long");
  }

  @Test
  void aStreamWithoutReaderIsRefused() {
    assertThatThrownBy(() -> OperatorHarness.builder(new Configuration()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("schema(...)")
        .hasMessageContaining("vectors(...)");
  }

  @Test
  void aSchemaWithoutTargetNeedsWeights() {
    Schema schema = Schema.of(List.of(new Field.Hashed("user", 8)), null);
    assertThatThrownBy(() -> builder().schema(schema, Trips::read).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no target");
  }

  @Test
  void vectorsWithoutWeightsNeedATarget() {
    assertThatThrownBy(() -> builder().vectors(0, Trips.vectors(8)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("target");
  }

  private static SlowWeights weights(Schema schema, int outputs) {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(8)
            .depth(1)
            .heads(2)
            .dimHead(4)
            .nu(1)
            .outputs(outputs)
            .build();
    return TestModel.random(config, schema, 3);
  }

  private static Schema schema(int buckets, Target target) {
    return Schema.of(List.of(new Field.Hashed("user", buckets)), target);
  }

  private static void assertRefused(SlowWeights weights, Schema schema, String... message) {
    var refusal =
        assertThatThrownBy(() -> builder().schema(schema, Trips::read).weights(weights).build())
            .isInstanceOf(IllegalArgumentException.class);
    for (String part : message) {
      refusal.hasMessageContaining(part);
    }
  }

  @Test
  void weightsMustFitTheTarget() {
    Target two = new Target.Classes("outcome", List.of("a", "b"));
    Target three = new Target.Classes("outcome", Trips.OUTCOMES);
    assertRefused(
        weights(schema(8, three), 3), schema(8, two), "outcome has 2 outputs", "head has 3");
  }

  @Test
  void weightsMustHaveTheEmbeddingsOfTheSchema() {
    Target target = new Target.Binary("late");
    SlowWeights weights = weights(schema(8, target), 1);
    assertRefused(weights, schema(16, target), "embedding.user.weight", "[8, 8]", "[16, 8]");
    assertRefused(weights(null, 1), schema(8, target), "embedding.user.weight", "[8, 8]");
    Schema other = Schema.of(List.of(new Field.Hashed("place", 8)), target);
    assertRefused(weights, other, "embedding.place.weight");
  }

  @Test
  void weightsMustBeOfTheSchemaAlsoWhereTheShapesAreTheSame() {
    Target classes = new Target.Classes("outcome", List.of("a", "b", "c"));
    Target turned = new Target.Classes("outcome", List.of("c", "b", "a"));
    assertRefused(
        weights(schema(8, classes), 3),
        schema(8, turned),
        "the classes of target outcome stand in another order");
  }

  @Test
  void weightsNeedConstantsOfNumbers() {
    Schema running =
        Schema.of(
            List.of(new Field.Numeric("distance")), new Target.Classes("outcome", Trips.OUTCOMES));
    assertRefused(
        weights(running, Trips.OUTCOMES.size()),
        running,
        "running statistics of distance: trained weights need the mean and the deviation");
  }

  @Test
  void batchExecutionIsRefusedWithWhatToDo() {
    var builder = builder(Map.of(ExecutionOptions.RUNTIME_MODE.key(), "BATCH"));
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("set execution.runtime-mode to STREAMING");
  }

  /** Number of events that a harness buffers before it answers them. */
  private static int heldBack(FastWeights<Trip> builder) throws Exception {
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      int events = 0;
      while (harness.predictions().isEmpty()) {
        harness.process(new Trip(events, "k", Trips.START + events));
        events++;
      }
      return events;
    }
  }

  @Test
  void optionsComeFromTheJobAndTheBuilderWins() throws Exception {
    Map<String, String> job = Map.of("fastweights.batch-size", "3");
    // With an engine thread, a batch's results come with the next batch at the latest.
    assertThat(heldBack(builder())).isIn(256, 512);
    assertThat(heldBack(builder(job))).isEqualTo(3);
    assertThat(heldBack(builder(job).set(FastWeightOptions.BATCH_SIZE, 5))).isEqualTo(5);
  }

  @Test
  void aMisspeltOptionOfTheJobIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> builder(Map.of("fastweights.cache-sise", "1 gb")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "there is no option 'fastweights.cache-sise'; did you mean fastweights.cache-size?");
  }

  @Test
  void anOptionThatIsNotOfTheMemoriesIsNoneOfTheBuilders() {
    assertThatThrownBy(() -> builder().set(ExecutionOptions.SNAPSHOT_COMPRESSION, true).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no option 'execution.checkpointing.snapshot-compression'");
    assertThatCode(() -> builder(Map.of("table.local-time-zone", "UTC")).build())
        .as("options of others in the job's configuration")
        .doesNotThrowAnyException();
  }

  @Test
  void everyOptionMayStandInTheJobsConfiguration() throws Exception {
    Map<String, String> job =
        Map.ofEntries(
            Map.entry("fastweights.batch-size", "2"),
            Map.entry("fastweights.cache-size", "1 kb"),
            Map.entry("fastweights.ttl", "4 s"),
            Map.entry("fastweights.half-life", "8 s"),
            Map.entry("fastweights.storage", "bf16"),
            Map.entry("fastweights.linger", "5 s"),
            Map.entry("fastweights.fold-threshold", "0.1"),
            Map.entry("fastweights.unsaved-keys", "100"),
            Map.entry("fastweights.engine", "cpu"),
            Map.entry("fastweights.engine-thread", "task"),
            Map.entry("fastweights.cuda.dense-products", "cublas"),
            Map.entry("fastweights.event-order", "accept"),
            Map.entry("fastweights.associative.key-dim", "16"),
            Map.entry("fastweights.associative.nu", "2"),
            Map.entry("fastweights.associative.betas", "0.4;0.1"),
            Map.entry("fastweights.associative.seed", "7"),
            Map.entry("fastweights.associative.step-sizes", "constant"),
            Map.entry("fastweights.embedding", "true"),
            Map.entry("fastweights.ranking.size", "5"),
            Map.entry("fastweights.labels.ttl", "1 h"),
            Map.entry("fastweights.prequential.window", "500"),
            Map.entry("fastweights.prequential.fading", "0.99"),
            Map.entry("fastweights.drift.delta", "0.01"),
            Map.entry("fastweights.anomaly.false-alarm-rate", "0.01"),
            Map.entry("fastweights.data.roots", "/data"),
            Map.entry("fastweights.weights.roots", "/models;s3://models/flights"),
            Map.entry("fastweights.weights.schemes", "file;s3"),
            Map.entry("fastweights.weights.sha256", "0a".repeat(32)));
    List<Trip> trips = new ArrayList<>();
    for (int id = 0; id < 40; id++) {
      trips.add(new Trip(id, "k" + id % 5, Trips.START + id * (id < 20 ? 700 : 1000)));
    }
    try (OperatorHarness harness = OperatorHarness.open(builder(job))) {
      harness.process(trips);
      assertThat(harness.answers())
          .as("as the builder of the test model sets them")
          .isEqualTo(
              TestModel.ASSOCIATIVE
                  .oracle()
                  .storage(Storage.BF16)
                  .ttl(4000)
                  .halfLife(8000)
                  .answers(trips));
      harness.process(new Trip(40, "k0", Trips.START));
      harness.finish();
      assertThat(harness.malformed()).as("late events are accepted").isEmpty();
    }
    assertThat(job.keySet())
        .containsExactlyInAnyOrderElementsOf(
            FastWeightOptions.all().stream().map(ConfigOption::key).toList());
  }
}
