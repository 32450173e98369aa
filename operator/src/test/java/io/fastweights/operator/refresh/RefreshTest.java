package io.fastweights.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.runtime.RefreshedOperator;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Checkpoint;
import io.fastweights.operator.testkit.Inputs;
import io.fastweights.operator.testkit.Job;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Output;
import io.fastweights.operator.testkit.PlainLoop;
import io.fastweights.operator.testkit.Setup;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.operator.testkit.Update;
import io.fastweights.operator.testkit.Weights;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** New weights while an operator runs: each answer has the bits of the plain loop. */
@SuppressWarnings("try")
class RefreshTest {
  private static final List<Trip> TRIPS = Trips.stream(41, 300);
  private static final Update NEXT =
      Update.of("next", TestModel.SCHEMA_TRANSFORMER.weights(100), 4);

  private static FastWeights<Trip> builder(TestModel model, int batchSize, double fold) {
    return model
        .on(OperatorHarness.refreshed(new Configuration()))
        .set(FastWeightOptions.BATCH_SIZE, batchSize)
        .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
        .set(FastWeightOptions.FOLD_THRESHOLD, fold);
  }

  private static OperatorHarness open(FastWeights<Trip> builder, String backend) throws Exception {
    OperatorHarness harness = new OperatorHarness(builder, backend, 1, 0);
    harness.open();
    return harness;
  }

  private static List<Trip> from(int begin, int end) {
    return TRIPS.subList(begin, end);
  }

  @ParameterizedTest
  @CsvSource({
    "TRANSFORMER, hashmap, 7, 0.1",
    "ATTENTION, hashmap, 1, 0",
    "SCHEMA_TRANSFORMER, hashmap, 64, 16",
    "SCHEMA_TRANSFORMER, rocksdb, 16, 0.2"
  })
  void earlierEventsAreAnsweredByTheOldWeightsAndMemoriesStay(
      TestModel model, String backend, int batchSize, double fold) throws Exception {
    Oracle oracle = model.oracle();
    List<String> expected = new ArrayList<>(oracle.answers(from(0, 101)));
    expected.addAll(oracle.refresh(model.weights(100)).answers(from(101, 230)));
    expected.addAll(oracle.refresh(model.weights(200)).answers(from(230, 300)));
    try (OperatorHarness harness = open(builder(model, batchSize, fold), backend)) {
      harness.process(from(0, 101));
      harness.refresh(Weights.checked(model.weights(100), 3, 0));
      assertThat(harness.answers()).isEqualTo(expected.subList(0, 101));
      harness.process(from(101, 230));
      harness.refresh(Weights.checked(model.weights(200), 8, 0));
      harness.process(from(230, 300));
      harness.finish();
      assertThat(harness.answers()).isEqualTo(expected);
      assertThat(harness.answeredIds()).isSorted();
      for (Prediction<Trip> prediction : harness.predictions()) {
        long id = prediction.event().id;
        assertThat(prediction.modelVersion()).isEqualTo(id < 101 ? 0 : id < 230 ? 3 : 8);
      }
    }
  }

  @Test
  void memoriesInBf16StayAsTheyAre() throws Exception {
    TestModel model = TestModel.SCHEMA_TRANSFORMER;
    Oracle oracle = model.oracle().storage(StorageFormat.BF16.storage());
    List<String> expected = new ArrayList<>(oracle.answers(from(0, 150)));
    expected.addAll(oracle.refresh(model.weights(100)).answers(from(150, 300)));
    FastWeights<Trip> builder =
        builder(model, 16, 0.2).set(FastWeightOptions.STORAGE, StorageFormat.BF16);
    try (OperatorHarness harness = open(builder, "hashmap")) {
      harness.process(from(0, 150));
      harness.refresh(Weights.checked(model.weights(100), 1, 0));
      harness.process(from(150, 300));
      harness.finish();
      assertThat(harness.answers()).isEqualTo(expected);
    }
  }

  /** Of an associative memory too: its keys and values mean something else to any weights. */
  @ParameterizedTest
  @CsvSource({
    "SCHEMA_TRANSFORMER, hashmap, 0.1",
    "SCHEMA_TRANSFORMER, rocksdb, 0",
    "ASSOCIATIVE, hashmap, 0.2"
  })
  void weightsOfAnotherShapeBeginWithEmptyMemories(TestModel model, String backend, double fold)
      throws Exception {
    Oracle oracle = model.oracle();
    List<String> expected = new ArrayList<>(oracle.answers(from(0, 100)));
    expected.addAll(oracle.refresh(Weights.ofAnotherShape(5)).answers(from(100, 200)));
    expected.addAll(oracle.refresh(Weights.ofAnotherShape(6)).answers(from(200, 300)));
    OperatorSubtaskState checkpoint;
    List<String> lines;
    try (OperatorHarness harness = open(builder(model, 16, fold), backend)) {
      harness.process(from(0, 100));
      harness.checkpoint();
      assertThat(harness.keysInState()).isPositive();
      harness.refresh(Weights.checked(Weights.ofAnotherShape(5), 2, 2));
      assertThat(harness.keysInState()).isZero();
      harness.process(from(100, 150));
      checkpoint = harness.checkpoint();
      lines = new ArrayList<>(harness.answers());
    }
    try (OperatorHarness harness = new OperatorHarness(builder(model, 16, fold), backend, 1, 0)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(from(150, 200));
      harness.refresh(Weights.checked(Weights.ofAnotherShape(6), 3, 2));
      harness.process(from(200, 300));
      harness.finish();
      lines.addAll(harness.answers());
    }
    assertThat(lines).isEqualTo(expected);
  }

  /** A later generation with the shape of an earlier one. */
  @Test
  void aSecondResetDoesNotFindWhatTheFirstForgot() throws Exception {
    TestModel model = TestModel.SCHEMA_TRANSFORMER;
    Oracle oracle = model.oracle();
    List<String> expected = new ArrayList<>(oracle.answers(from(0, 100)));
    expected.addAll(oracle.refresh(Weights.ofAnotherShape(5)).answers(from(100, 200)));
    expected.addAll(oracle.refresh(model.weights(9)).answers(from(200, 300)));
    try (OperatorHarness harness = open(builder(model, 16, 0.1), "hashmap")) {
      harness.process(from(0, 100));
      harness.refresh(Weights.checked(Weights.ofAnotherShape(5), 1, 1));
      harness.process(from(100, 200));
      harness.refresh(Weights.checked(model.weights(9), 2, 2));
      harness.process(from(200, 300));
      harness.finish();
      assertThat(harness.answers()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"hashmap, 0.1", "rocksdb, 0.2"})
  void aCheckpointHasTheWeightsForAnyNumberOfSubtasks(String backend, double fold)
      throws Exception {
    Setup setup = setup(backend, fold);
    PlainLoop loop = new PlainLoop(setup);
    Checkpoint checkpoint = null;
    int[] parallelisms = {2, 1, 3};
    for (int run = 0; run < 3; run++) {
      try (Job job =
          new Job(
              setup,
              setup.build(),
              OperatorHarness.backend(backend),
              parallelisms[run],
              checkpoint)) {
        for (Trip trip : from(100 * run, 100 * run + 100)) {
          if (trip.id == 60) {
            update(NEXT, loop, job);
          }
          event(trip, loop, job);
        }
        job.barrier(run);
        assertThat(answers(job)).isEqualTo(answers(loop));
        checkpoint = job.snapshot(run).complete();
      }
    }
  }

  /** The backend writes events learned before the refresh in the background. */
  @Test
  void aCheckpointBeingWrittenHasTheWeightsOfItsBarrier() throws Exception {
    Setup setup = setup("hashmap", 0);
    PlainLoop loop = new PlainLoop(setup);
    StateBackend heap = OperatorHarness.backend("hashmap");
    Checkpoint checkpoint;
    try (Job job = new Job(setup, setup.build(), heap, 2, null)) {
      for (Trip trip : from(0, 100)) {
        event(trip, loop, job);
      }
      update(NEXT, loop, job);
      job.barrier(1);
      assertThat(answers(job)).isEqualTo(answers(loop));
      Checkpoint.Writing writing = job.snapshot(1);
      job.update(Update.of("other", Weights.ofAnotherShape(1), 5).orReset());
      for (Trip trip : from(100, 200)) {
        job.event(trip, true);
      }
      checkpoint = writing.complete();
    }
    try (Job job = new Job(setup, setup.build(), heap, 1, checkpoint)) {
      for (Trip trip : from(100, 300)) {
        event(trip, loop, job);
      }
      job.end();
      assertThat(answers(job)).isEqualTo(answers(loop));
    }
  }

  private static Setup setup(String backend, double fold) {
    return new Setup(
        TestModel.SCHEMA_TRANSFORMER,
        backend,
        8,
        MemorySize.ZERO,
        fold,
        1024,
        20,
        Duration.ZERO,
        null,
        Duration.ZERO,
        true,
        Device.CPU,
        StorageFormat.FP32);
  }

  private static void event(Trip trip, Inputs... inputs) throws Exception {
    for (Inputs input : inputs) {
      input.event(trip, true);
    }
  }

  private static void update(Update update, Inputs... inputs) throws Exception {
    for (Inputs input : inputs) {
      input.update(update);
    }
  }

  private static List<String> answers(PlainLoop loop) {
    return Answers.sorted(Output.lines(Output.Stream.PREDICTIONS, loop.take()));
  }

  private static List<String> answers(Job job) {
    List<String> lines = new ArrayList<>();
    for (int subtask = 0; subtask < job.parallelism(); subtask++) {
      lines.addAll(job.lines(Output.Stream.PREDICTIONS, subtask));
    }
    return Answers.sorted(lines);
  }

  @Test
  void keysDieAsBeforeAfterNewWeightsAndAfterAReset() throws Exception {
    TestModel model = TestModel.SCHEMA_TRANSFORMER;
    Duration ttl = Duration.ofMinutes(40);
    List<Trip> trips = TRIPS.stream().filter(trip -> trip.time >= Trips.START).toList();
    Oracle oracle = model.oracle().ttl(ttl.toMillis());
    List<String> expected = new ArrayList<>();
    FastWeights<Trip> builder = builder(model, 8, 0.1).set(FastWeightOptions.TTL, ttl);
    try (OperatorHarness harness = open(builder, "hashmap")) {
      for (Trip trip : trips) {
        int place = expected.size();
        if (place == 90) {
          oracle.refresh(model.weights(100));
          harness.refresh(Weights.checked(model.weights(100), 1, 0));
        } else if (place == 180) {
          oracle.refresh(Weights.ofAnotherShape(5));
          harness.refresh(Weights.checked(Weights.ofAnotherShape(5), 2, 2));
        }
        expected.add(oracle.answer(trip));
        harness.process(trip);
        if (place % 20 == 0) {
          harness.processWatermark(new Watermark(trip.time - 60_000));
        }
      }
      harness.finish();
      assertThat(harness.operator().expiry().purged()).isPositive();
      assertThat(harness.operator().expiry().expired()).isPositive();
      assertThat(harness.answers()).isEqualTo(expected);
    }
  }

  @Test
  void theStreamOfUpdatesNeitherHoldsTimeBackNorMovesIt() throws Exception {
    try (OperatorHarness harness = open(builder(TestModel.TRANSFORMER, 100, 0), "hashmap")) {
      RefreshedOperator<Trip> operator = harness.refreshed();
      harness.process(TRIPS.get(0));
      operator.processWatermark2(new Watermark(5));
      operator.processWatermarkStatus2(WatermarkStatus.IDLE);
      assertThat(harness.getOutput()).isEmpty();
      operator.processWatermark1(new Watermark(7));
      operator.processWatermarkStatus1(WatermarkStatus.IDLE);
      assertThat(harness.getOutput()).hasSize(3);
      assertThat(harness.getOutput()).endsWith(new Watermark(7), WatermarkStatus.IDLE);
    }
  }

  @Test
  void aJobThatTakesNoNewWeightsDoesNotSilentlyServeItsOwnAgain() throws Exception {
    TestModel model = TestModel.TRANSFORMER;
    OperatorSubtaskState before;
    OperatorSubtaskState after;
    try (OperatorHarness harness = open(builder(model, 4, 0), "hashmap")) {
      harness.process(from(0, 10));
      before = harness.checkpoint();
      harness.refresh(Weights.checked(model.weights(100), 7, 0));
      after = harness.checkpoint();
    }
    try (OperatorHarness harness =
        new OperatorHarness(OperatorHarness.builder(model, 4), "hashmap", 1, 0)) {
      harness.initializeState(before);
      harness.open();
      harness.process(from(10, 20));
    }
    OperatorHarness harness =
        new OperatorHarness(OperatorHarness.builder(model, 4), "hashmap", 1, 0);
    assertThatThrownBy(() -> harness.initializeState(after))
        .hasStackTraceContaining("weights of version 7")
        .hasStackTraceContaining("refresh(...)");
  }

  /** A checkpoint from before the operator took new weights has no state of them. */
  @Test
  void aJobMayBeginToTakeNewWeights() throws Exception {
    TestModel model = TestModel.TRANSFORMER;
    SlowWeights next = model.weights(100);
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness = OperatorHarness.open(OperatorHarness.builder(model, 4))) {
      harness.process(from(0, 50));
      checkpoint = harness.checkpoint();
      assertThat(harness.operator().getOperatorStateBackend().getRegisteredBroadcastStateNames())
          .isEqualTo(Set.of("fast-weights-watched"));
    }
    Oracle oracle = model.oracle();
    oracle.answers(from(0, 50));
    List<String> expected = new ArrayList<>(oracle.answers(from(50, 100)));
    expected.addAll(oracle.refresh(next).answers(from(100, 150)));
    try (OperatorHarness harness = new OperatorHarness(builder(model, 4, 0), "hashmap", 1, 0)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(from(50, 100));
      harness.refresh(Weights.checked(next, 1, 0));
      harness.process(from(100, 150));
      harness.finish();
      assertThat(harness.answers()).isEqualTo(expected);
    }
  }
}
