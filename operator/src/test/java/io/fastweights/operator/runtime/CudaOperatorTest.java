package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.cuda.SimulatedDevice;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.function.ThrowingConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Exactly once with exact bits, with the memories on a (simulated) CUDA device. */
class CudaOperatorTest {
  private static final int TRIPS = 90;

  @BeforeEach
  void loadDriver() throws Exception {
    SimulatedDevice.loadDriver();
  }

  /** Random batches, evictions, and failures some events after checkpoints at random places. */
  @ParameterizedTest
  @EnumSource(value = TestModel.class, mode = Mode.EXCLUDE, names = "STEP_SIZES_PER_ROW")
  void everyEventIsAnsweredOnceWithTheBitsOfThePlainLoop(TestModel model) throws Exception {
    assertThatAnswersAreThoseOfThePlainLoop(model, Duration.ZERO);
  }

  @ParameterizedTest
  @EnumSource(
      value = TestModel.class,
      mode = Mode.EXCLUDE,
      names = {"STEP_SIZES_PER_ROW", "FORGET_GATES"})
  void soAreMemoriesThatFade(TestModel model) throws Exception {
    assertThatAnswersAreThoseOfThePlainLoop(model, Duration.ofMinutes(40));
  }

  private static void assertThatAnswersAreThoseOfThePlainLoop(TestModel model, Duration halfLife)
      throws Exception {
    long seed = Seeds.seed(model.ordinal());
    SplittableRandom random = new SplittableRandom(seed);
    List<Trip> trips = Trips.stream(seed, TRIPS);
    List<String> lines = new ArrayList<>();
    OperatorSubtaskState checkpoint = null;
    for (int at = 0; at < TRIPS; ) {
      int next = Math.min(TRIPS, at + 10 + random.nextInt(30));
      try (OperatorHarness harness = harness(model, 1 + random.nextInt(9), halfLife)) {
        if (checkpoint != null) {
          harness.initializeState(checkpoint);
        }
        harness.open();
        harness.process(trips.subList(at, next));
        harness.prepareSnapshotPreBarrier(1);
        lines.addAll(harness.answers());
        checkpoint = harness.snapshot(1, 1);
        // Lost with the task: the next one begins at the checkpoint.
        harness.process(trips.subList(next, Math.min(TRIPS, next + random.nextInt(12))));
      }
      at = next;
    }
    assertThat(Answers.sorted(lines))
        .as(Seeds.replay(seed))
        .isEqualTo(model.oracle().halfLife(halfLife.toMillis()).answers(trips));
  }

  @Test
  void aFailedLaunchFailsTheTaskAndNoEventIsLost() throws Exception {
    TestModel model = TestModel.ATTENTION;
    List<Trip> trips = Trips.stream(3, TRIPS);
    List<String> lines;
    OperatorSubtaskState checkpoint;
    try (OperatorHarness harness = harness(model, 4)) {
      harness.open();
      harness.process(trips.subList(0, 40));
      harness.prepareSnapshotPreBarrier(1);
      lines = new ArrayList<>(harness.answers());
      checkpoint = harness.snapshot(1, 1);
      SimulatedDevice.set(SimulatedDevice.Control.FAIL_LAUNCH, 9);
      assertThatThrownBy(() -> harness.process(trips.subList(40, TRIPS)))
          .isInstanceOf(EngineException.class);
      SimulatedDevice.loadDriver();
    }
    try (OperatorHarness harness = harness(model, 4)) {
      harness.initializeState(checkpoint);
      harness.open();
      harness.process(trips.subList(40, TRIPS));
      harness.finish();
      lines.addAll(harness.answers());
    }
    assertThat(Answers.sorted(lines)).isEqualTo(model.oracle().answers(trips));
  }

  private static OperatorHarness lingering(int batchSize, Duration linger) throws Exception {
    return OperatorHarness.open(
        OperatorHarness.builder(TestModel.ASSOCIATIVE, batchSize)
            .set(FastWeightOptions.ENGINE, Device.CUDA)
            .set(FastWeightOptions.LINGER, linger));
  }

  private static void process(OperatorHarness harness, long from, long to) throws Exception {
    for (long id = from; id < to; id++) {
      harness.process(new Trip(id, "k" + id % 3, Trips.START + id * 1000));
    }
  }

  private static List<Long> ids(long to) {
    return LongStream.range(0, to).boxed().toList();
  }

  @Test
  void aFullBatchIsAnsweredWhenTheNextIsUnderWay() throws Exception {
    try (OperatorHarness harness = lingering(4, Duration.ofHours(1))) {
      process(harness, 0, 7);
      assertThat(harness.answeredIds()).isEmpty();
      process(harness, 7, 8);
      assertThat(harness.answeredIds()).isEqualTo(ids(4));
      process(harness, 8, 12);
      assertThat(harness.answeredIds()).isEqualTo(ids(8));
    }
  }

  @Test
  void noAnswerWaitsLongerThanTheLinger() throws Exception {
    try (OperatorHarness harness = lingering(2, Duration.ofMillis(20))) {
      harness.setProcessingTime(1000);
      process(harness, 0, 2);
      harness.setProcessingTime(1010);
      process(harness, 2, 3);
      harness.setProcessingTime(1019);
      assertThat(harness.answeredIds()).isEmpty();
      harness.setProcessingTime(1020);
      assertThat(harness.answeredIds()).as("the batch in flight").isEqualTo(ids(2));
      harness.setProcessingTime(1029);
      assertThat(harness.answeredIds()).isEqualTo(ids(2));
      harness.setProcessingTime(1030);
      assertThat(harness.answeredIds()).as("the batch held back").isEqualTo(ids(3));
      assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
    }
  }

  @Test
  void noLingerAnswersEveryEventAtOnce() throws Exception {
    try (OperatorHarness harness = lingering(4, Duration.ZERO)) {
      process(harness, 0, 1);
      assertThat(harness.answeredIds()).isEqualTo(ids(1));
      assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
    }
  }

  /** Input after a batch in flight and two buffered events. */
  enum Follower {
    WATERMARK(harness -> harness.processWatermark(new Watermark(Trips.START))),
    STATUS(harness -> harness.processWatermarkStatus(WatermarkStatus.IDLE)),
    BARRIER(harness -> harness.prepareSnapshotPreBarrier(1)),
    END(OperatorHarness::finish);

    private final ThrowingConsumer<OperatorHarness, Exception> process;

    Follower(ThrowingConsumer<OperatorHarness, Exception> process) {
      this.process = process;
    }
  }

  @ParameterizedTest
  @EnumSource(Follower.class)
  void nothingOvertakesABatchInFlight(Follower follower) throws Exception {
    try (OperatorHarness harness = lingering(3, Duration.ofHours(1))) {
      process(harness, 0, 5);
      assertThat(harness.answeredIds()).isEmpty();
      follower.process.accept(harness);
      assertThat(List.copyOf(harness.getOutput()).subList(0, 5))
          .allMatch(element -> ((StreamElement) element).isRecord());
      assertThat(harness.answeredIds()).isEqualTo(ids(5));
      assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
    }
  }

  /** A failure of the task leaves a batch in flight behind. */
  @Test
  void aTaskThatEndsWithABatchInFlightLeavesNothingOnTheDevice() throws Exception {
    List<Long> held = SimulatedDevice.held();
    try (OperatorHarness harness = lingering(3, Duration.ofHours(1))) {
      process(harness, 0, 4);
      assertThat(SimulatedDevice.held()).isNotEqualTo(held);
    }
    assertThat(SimulatedDevice.held()).isEqualTo(held);
  }

  private static OperatorHarness harness(TestModel model, int batchSize) throws Exception {
    return harness(model, batchSize, Duration.ZERO);
  }

  private static OperatorHarness harness(TestModel model, int batchSize, Duration halfLife)
      throws Exception {
    return new OperatorHarness(
        OperatorHarness.builder(model, batchSize)
            .set(FastWeightOptions.ENGINE, Device.CUDA)
            .set(FastWeightOptions.HALF_LIFE, halfLife),
        "hashmap",
        1,
        0);
  }
}
