package io.fastweights.operator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.cuda.SimulatedDevice;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.operator.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Schedules of checkpoints, failures and rescaling with the memories on a (simulated) device. */
class CudaScheduleTest {
  private static final int SEEDS = 8;

  @BeforeEach
  void loadDriver() throws Exception {
    SimulatedDevice.loadDriver();
  }

  @Test
  void answersAndMemoriesAreThoseOfThePlainLoopWhateverTheSchedule() throws Exception {
    List<Long> held = SimulatedDevice.held();
    int failures = 0;
    for (long seed = Seeds.seed(101), end = seed + SEEDS; seed < end; seed++) {
      Schedule schedule = new Schedule(Device.CUDA, seed, CudaScheduleTest.class);
      schedule.run();
      failures += schedule.failures();
      assertThat(SimulatedDevice.held()).as("after seed %d", seed).isEqualTo(held);
    }
    assertThat(failures).as("failures").isGreaterThan(SEEDS / 2);
  }
}
