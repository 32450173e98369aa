package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.cuda.SimulatedDevice;
import io.fastweights.kernels.cuda.SimulatedDevice.Control;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * For any device fault at any time, the task fails with the documented error and releases all its
 * resources. After its restart no event is lost and no bit differs.
 */
class CudaFaultsTest {
  /** Faults of a device, and the task's error for each. */
  private enum Fault {
    ALLOCATION(
        Control.FAIL_ALLOCATION,
        30,
        "cannot allocate (device|pinned host) memory \\(\\d+ bytes\\): .*"),
    LAUNCH(Control.FAIL_LAUNCH, 60, "cannot launch \\w+: CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES.*"),
    LOSS(Control.LOSE_DEVICE, 400, "cannot .*: .*DEVICE_UNAVAILABLE.*");

    private final Control control;

    /** Number of calls within which the fault occurs. */
    private final int span;

    private final String message;

    Fault(Control control, int span, String message) {
      this.control = control;
      this.span = span;
      this.message = message;
    }
  }

  private static final int SEEDS = 20;
  private static final int TRIPS = 60;

  private final Map<Fault, Integer> seen = new EnumMap<>(Fault.class);

  @BeforeEach
  void loadDriver() throws Exception {
    SimulatedDevice.loadDriver();
  }

  @Test
  void noFaultOfADeviceLosesAnEvent() throws Exception {
    for (long seed = Seeds.seed(1), end = seed + SEEDS; seed < end; seed++) {
      new Run(seed).toTheEnd();
    }
    assertThat(seen).as("faults that came").containsOnlyKeys(Fault.values());
  }

  /** A task that is restarted until its stream is at an end. */
  private final class Run {
    private final SplittableRandom random;
    private final String name;
    private final TestModel model;
    private final List<Trip> trips;
    private final List<String> expected;
    private final List<String> lines = new ArrayList<>();
    private final List<Long> held = SimulatedDevice.held();
    private OperatorSubtaskState checkpoint;
    private int at;

    Run(long seed) {
      random = new SplittableRandom(seed);
      List<TestModel> models = TestModel.on(Device.CUDA);
      model = models.get((int) (seed % models.size()));
      name = model + ", " + Seeds.replay(seed, CudaFaultsTest.class);
      trips = Trips.stream(seed, TRIPS);
      expected = model.oracle().answers(trips);
    }

    void toTheEnd() throws Exception {
      while (at < TRIPS) {
        SimulatedDevice.loadDriver();
        SimulatedDevice.set(Control.SLOW, random.nextInt(4) == 0 ? 20 : 0);
        Fault fault =
            random.nextInt(3) == 0 ? null : Fault.values()[random.nextInt(Fault.values().length)];
        if (fault != null) {
          SimulatedDevice.set(fault.control, 1 + random.nextInt(fault.span));
        }
        Throwable thrown = attempt();
        SimulatedDevice.loadDriver();
        assertThat(SimulatedDevice.held()).as("after %s, %s", thrown, name).isEqualTo(held);
        if (thrown != null) {
          assertThatItWasPromised(thrown, fault);
          seen.merge(fault, 1, Integer::sum);
        }
      }
      assertThat(Answers.sorted(lines)).as(name).isEqualTo(expected);
    }

    /** From the last checkpoint to the next and to another, unless something is thrown. */
    private Throwable attempt() throws Exception {
      OperatorHarness harness =
          new OperatorHarness(
              OperatorHarness.builder(model, 1 + random.nextInt(9))
                  .set(FastWeightOptions.ENGINE, Device.CUDA)
                  .set(FastWeightOptions.FOLD_THRESHOLD, random.nextBoolean() ? 0.2 : 16)
                  .set(FastWeightOptions.LINGER, Duration.ofHours(1)),
              "hashmap",
              1,
              0);
      Throwable failure = null;
      try {
        if (checkpoint != null) {
          harness.initializeState(checkpoint);
        }
        harness.open();
        int answered = 0;
        for (int i = 0; i < 2 && at < TRIPS; i++) {
          int next = Math.min(TRIPS, at + 10 + random.nextInt(20));
          harness.process(trips.subList(at, next));
          OperatorSubtaskState state = harness.checkpoint();
          // Complete: only now are these answers committed.
          List<String> answers = harness.answers();
          lines.addAll(answers.subList(answered, answers.size()));
          answered = answers.size();
          checkpoint = state;
          at = next;
        }
      } catch (Throwable e) {
        failure = e;
      }
      return closed(harness, failure);
    }

    /**
     * A failed task closes its operator without finishing it, unlike the harness. A lost device may
     * also refuse to free its memory.
     */
    private Throwable closed(OperatorHarness harness, Throwable failure) throws Exception {
      try {
        if (failure == null) {
          harness.close();
        } else {
          harness.getOperator().close();
        }
        return failure;
      } catch (EngineException e) {
        return failure;
      } catch (AssertionError e) {
        return e;
      }
    }

    private void assertThatItWasPromised(Throwable thrown, Fault fault) {
      assertThat(fault).as("%s, %s", thrown, name).isNotNull();
      EngineException cause =
          ExceptionUtils.findThrowable(thrown, EngineException.class)
              .orElseThrow(() -> new AssertionError(name, thrown));
      assertThat(cause).as(name).hasMessageMatching(fault.message);
    }
  }
}
