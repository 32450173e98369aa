package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.state.MemoryShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Content of a checkpoint, and what a restore leaves out. */
class RestoreTest {

  /** Trips of three keys, with asks among them. */
  private static List<Trip> trips(int count) {
    SplittableRandom random = new SplittableRandom(5);
    List<Trip> trips = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      Trip trip = new Trip(id, "k" + random.nextInt(3), Trips.START + id * 90_000L);
      trips.add(random.nextInt(4) == 0 ? trip.asked() : trip);
    }
    return trips;
  }

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, hashmap, 0",
    "ASSOCIATIVE, rocksdb, 0.1",
    "PRIOR, hashmap, 0.1",
    "SCHEMA_TRANSFORMER, hashmap, 16",
    "TRANSFORMER, hashmap, 0.1"
  })
  void aCheckpointAtAnyPlaceGivesTheSameBits(TestModel model, String backend, double fold)
      throws Exception {
    List<Trip> trips = trips(24);
    List<String> expected = model.oracle().answers(trips);
    for (int place = 0; place <= trips.size(); place++) {
      List<String> lines = new ArrayList<>();
      OperatorSubtaskState checkpoint;
      try (OperatorHarness harness = harness(model, backend, fold)) {
        harness.open();
        harness.process(trips.subList(0, place));
        harness.prepareSnapshotPreBarrier(1);
        lines.addAll(harness.answers());
        checkpoint = harness.snapshot(1, 1);
        harness.process(trips.subList(place, trips.size()));
      }
      try (OperatorHarness harness = harness(model, backend, fold)) {
        harness.initializeState(checkpoint);
        harness.open();
        harness.process(trips.subList(place, trips.size()));
        harness.finish();
        lines.addAll(harness.answers());
      }
      assertThat(lines).as("checkpoint after %d events", place).isEqualTo(expected);
    }
  }

  /** Events learned before keep their betas, including those only in a log. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, 16})
  void aJobGoesOnWithOtherBetas(double fold) throws Exception {
    List<Trip> trips = trips(60);
    Oracle oracle = TestModel.ASSOCIATIVE.oracle();
    List<String> lines = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    OperatorSubtaskState checkpoint = null;
    for (int job = 0; job < 3; job++) {
      double beta = 0.25 + 0.25 * job;
      List<Trip> some = trips.subList(20 * job, 20 * job + 20);
      expected.addAll(oracle.betas((float) beta, 0.1f).answers(some));
      FastWeights<Trip> builder =
          OperatorHarness.builder(TestModel.ASSOCIATIVE, 2)
              .set(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(beta, 0.1))
              .set(FastWeightOptions.FOLD_THRESHOLD, fold);
      try (OperatorHarness harness = new OperatorHarness(builder, "hashmap", 1, 0)) {
        harness.initializeState(checkpoint);
        harness.open();
        harness.process(some);
        harness.prepareSnapshotPreBarrier(job);
        lines.addAll(harness.answers());
        checkpoint = harness.snapshot(job, job);
      }
    }
    assertThat(lines).isEqualTo(expected);
  }

  private static OperatorHarness harness(TestModel model, String backend, double fold)
      throws Exception {
    FastWeights<Trip> builder =
        OperatorHarness.builder(model, 2).set(FastWeightOptions.FOLD_THRESHOLD, fold);
    return new OperatorHarness(builder, backend, 1, 0);
  }

  /** The heap backend serializes its objects while later events are learned. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 16})
  void aCheckpointBeingWrittenDoesNotSeeLaterEvents(double fold) throws Exception {
    List<Trip> trips = trips(60);
    int place = 30;
    TestModel model = TestModel.ASSOCIATIVE;
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness = harness(model, "hashmap", fold)) {
      harness.open();
      harness.process(trips.subList(0, place));
      harness.prepareSnapshotPreBarrier(1);
      OperatorSnapshotFutures writing =
          harness
              .getOperator()
              .snapshotState(
                  1,
                  1,
                  CheckpointOptions.forCheckpointWithDefaultLocation(),
                  new MemCheckpointStreamFactory(1 << 20));
      harness.process(trips.subList(place, trips.size()));
      harness.prepareSnapshotPreBarrier(2);
      checkpoint = OperatorSnapshotFinalizer.create(writing).getJobManagerOwnedState();
    }
    List<String> expected = model.oracle().answers(trips);
    try (OperatorHarness harness = harness(model, "hashmap", fold)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(trips.subList(place, trips.size()));
      harness.finish();
      assertThat(harness.answers()).isEqualTo(expected.subList(place, trips.size()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void memoriesOfAnotherShapeAreRefusedWithBothShapes(String backend) throws Exception {
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness = harness(TestModel.ASSOCIATIVE, backend, 0)) {
      harness.open();
      harness.process(trips(5));
      checkpoint = harness.checkpoint();
    }
    FastWeights<Trip> wider =
        OperatorHarness.builder(TestModel.ASSOCIATIVE, 2)
            .set(FastWeightOptions.STORAGE, FastWeightOptions.StorageFormat.BF16)
            .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, 20);
    // Not closed: the harness would finish an operator that never opened.
    OperatorHarness harness = new OperatorHarness(wider, backend, 1, 0);
    assertThatThrownBy(() -> harness.initializeState(checkpoint))
        .hasStackTraceContaining(MemoryShapeException.class.getName())
        .hasStackTraceContaining("[1, 2, 64, 3]")
        .hasStackTraceContaining("[1, 2, 80, 3]");
  }

  /** The shape does not say that a field is another one. */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void memoriesOfAnotherSchemaAreRefusedWithWhatDiffers(String backend) throws Exception {
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness = harness(TestModel.ASSOCIATIVE, backend, 0)) {
      harness.open();
      harness.process(trips(5));
      checkpoint = harness.checkpoint();
    }
    Schema schema = Trips.schema();
    List<Field> fields = new ArrayList<>(schema.fields());
    String last = fields.remove(fields.size() - 1).name();
    FastWeights<Trip> other =
        OperatorHarness.builder(TestModel.ASSOCIATIVE, 2)
            .schema(Schema.of(fields, schema.target()), Trips::read);
    OperatorHarness harness = new OperatorHarness(other, backend, 1, 0);
    assertThatThrownBy(() -> harness.initializeState(checkpoint))
        .hasStackTraceContaining("they would mean something else; field " + last + " is gone");
  }

  /** The shapes are the same, but every key of the projection is another. */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void memoriesOfAnotherProjectionAreRefusedWithBothSeeds(String backend) throws Exception {
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness = harness(TestModel.ASSOCIATIVE, backend, 0)) {
      harness.open();
      harness.process(trips(5));
      checkpoint = harness.checkpoint();
    }
    FastWeights<Trip> other =
        OperatorHarness.builder(TestModel.ASSOCIATIVE, 2)
            .set(FastWeightOptions.ASSOCIATIVE_SEED, 77L);
    OperatorHarness harness = new OperatorHarness(other, backend, 1, 0);
    assertThatThrownBy(() -> harness.initializeState(checkpoint))
        .hasStackTraceContaining(MemoryShapeException.class.getName())
        .hasStackTraceContaining("projected with seed 77");
  }

  @Test
  void memoriesOfOtherStepSizesAreRefused() throws Exception {
    for (StepSizes stored : StepSizes.values()) {
      FastWeights<Trip> before =
          OperatorHarness.builder(TestModel.ASSOCIATIVE, 2)
              .set(FastWeightOptions.ASSOCIATIVE_STEP_SIZES, stored);
      OperatorSubtaskState checkpoint;
      try (OperatorHarness harness = OperatorHarness.open(before)) {
        harness.process(trips(5));
        checkpoint = harness.checkpoint();
      }
      StepSizes other = stored == StepSizes.CONSTANT ? StepSizes.PER_ROW : StepSizes.CONSTANT;
      FastWeights<Trip> after =
          OperatorHarness.builder(TestModel.ASSOCIATIVE, 2)
              .set(FastWeightOptions.ASSOCIATIVE_STEP_SIZES, other);
      OperatorHarness harness = new OperatorHarness(after, "hashmap", 1, 0);
      assertThatThrownBy(() -> harness.initializeState(checkpoint))
          .as("%s after %s", other, stored)
          .hasStackTraceContaining(MemoryShapeException.class.getName());
    }
  }

  /** Without a schema a key's lag is its time: it must outlive the cache and a checkpoint. */
  @Test
  void theTimeOfAKeysLastEventIsRestored() throws Exception {
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness = harness(TestModel.TRANSFORMER, "hashmap", 0.1)) {
      harness.open();
      harness.process(new Trip(0, "k", Trips.START));
      checkpoint = harness.checkpoint();
    }
    try (OperatorHarness harness = harness(TestModel.TRANSFORMER, "hashmap", 0.1)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(new Trip(1, "k", Trips.START - 1));
      harness.finish();
      assertThat(harness.predictions()).isEmpty();
      assertThat(harness.malformed()).hasSize(1);
    }
  }

  @Test
  void asksLeaveNoState() throws Exception {
    FastWeights<Trip> builder =
        TestModel.ASSOCIATIVE.on(OperatorHarness.builder(new Configuration()));
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      for (Trip trip : trips(20)) {
        harness.process(trip.asked());
      }
      harness.checkpoint();
      assertThat(harness.predictions()).hasSize(20);
      assertThat(harness.entriesOnHeap()).isZero();
    }
  }

  @Test
  void anAskChangesNoLaterAnswer() throws Exception {
    List<Trip> observed = new ArrayList<>();
    List<Trip> mixed = new ArrayList<>();
    for (int id = 0; id < 30; id++) {
      long time = Trips.START + id * 90_000L;
      mixed.add(new Trip(100 + id, "k" + id % 3, time).asked());
      mixed.add(new Trip(id, "k" + id % 3, time));
      observed.add(new Trip(id, "k" + id % 3, time));
    }
    for (TestModel model : TestModel.values()) {
      List<String> withAsks = answers(model, mixed);
      assertThat(withAsks.subList(0, 30)).as("%s", model).isEqualTo(answers(model, observed));
    }
  }

  /** A vector model sees the same input in an ask and an observe of the same id. */
  @Test
  void anAskIsAnsweredAsTheObserveThatFollows() throws Exception {
    List<Trip> trips = new ArrayList<>();
    for (int id = 0; id < 20; id++) {
      long time = Trips.START + id * 90_000L;
      trips.add(new Trip(id, "k", time).asked());
      trips.add(new Trip(id, "k", time));
    }
    for (TestModel model : TestModel.values()) {
      try (OperatorHarness harness = OperatorHarness.open(OperatorHarness.builder(model, 7))) {
        harness.process(trips);
        harness.finish();
        List<Prediction<Trip>> predictions = harness.predictions();
        for (int i = 0; i < predictions.size(); i += 2) {
          assertThat(predictions.get(i).observed()).isFalse();
          assertThat(predictions.get(i).values())
              .as("%s, ask %d", model, i / 2)
              .isEqualTo(predictions.get(i + 1).values());
        }
      }
    }
  }

  private static List<String> answers(TestModel model, List<Trip> trips) throws Exception {
    try (OperatorHarness harness = OperatorHarness.open(OperatorHarness.builder(model, 7))) {
      harness.process(trips);
      harness.finish();
      return harness.answers();
    }
  }
}
