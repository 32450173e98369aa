package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineOptions.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exactly once, exactly, with the memories on a (simulated) CUDA device. */
class CudaOperatorTest {
  private static final int TRIPS = 90;

  @BeforeEach
  void loadDriver() throws Exception {
    SimulatedDriver.load();
  }

  /** Random batches, evictions, and failures some events after checkpoints at random places. */
  @ParameterizedTest
  @EnumSource(TestModel.class)
  void everyEventIsAnsweredOnceWithTheBitsOfThePlainLoop(TestModel model) throws Exception {
    long seed = Seeds.seed(model.ordinal());
    SplittableRandom random = new SplittableRandom(seed);
    List<Trip> trips = Trips.stream(seed, TRIPS);
    List<String> lines = new ArrayList<>();
    OperatorSubtaskState checkpoint = null;
    for (int at = 0; at < TRIPS; ) {
      int next = Math.min(TRIPS, at + 10 + random.nextInt(30));
      try (OperatorHarness harness = harness(model, 1 + random.nextInt(9))) {
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
        .isEqualTo(model.oracle().answers(trips));
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
      SimulatedDriver.failLaunch(9);
      assertThatThrownBy(() -> harness.process(trips.subList(40, TRIPS)))
          .isInstanceOf(EngineException.class);
      SimulatedDriver.load();
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

  private static OperatorHarness harness(TestModel model, int batchSize) throws Exception {
    return new OperatorHarness(
        OperatorHarness.builder(model, batchSize).set(FastWeightOptions.ENGINE, Device.CUDA),
        "hashmap",
        1,
        0);
  }
}
