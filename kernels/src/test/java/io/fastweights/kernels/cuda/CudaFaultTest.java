package io.fastweights.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.cuda.SimulatedDevice.Control;
import io.fastweights.kernels.cuda.driver.NativeResource;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device failure throws an exception that names the request, and leaks no resource. */
class CudaFaultTest {
  private static final int SLOTS = 6;
  private static final int EVENTS = 9;

  private final Model model = RandomModels.all(1).get("transformer");
  private List<Long> held;
  private int live;
  private int leaked;

  @BeforeEach
  void load() {
    SimulatedDevice.load();
    held = SimulatedDevice.held();
    live = NativeResource.live();
    leaked = NativeResource.leaked();
  }

  @AfterEach
  void nothingIsLeft() {
    SimulatedDevice.set(Control.RESET, 0);
    assertThat(SimulatedDevice.held()).isEqualTo(held);
    assertThat(NativeResource.live()).isEqualTo(live);
    assertThat(NativeResource.leaked()).isEqualTo(leaked);
  }

  @Test
  void saysWhichAllocationFailed() {
    int failures = 0;
    int n = 1;
    for (boolean reached = true; reached; n++) {
      SimulatedDevice.set(Control.RESET, 0);
      SimulatedDevice.set(Control.FAIL_ALLOCATION, n);
      Throwable thrown = catchThrowable(this::liveOneLife);
      if (thrown != null) {
        failures++;
        assertThat(thrown)
            .isInstanceOf(EngineException.class)
            .hasMessageMatching(
                "cannot allocate (device|pinned host) memory \\(\\d+ bytes\\): .*OUT_OF_MEMORY.*");
      }
      // The allocation of the pool may fail without harm: the pool shrinks.
      reached = thrown != null || n < failures + 2;
      assertThat(SimulatedDevice.held()).as("after failure %d", n).isEqualTo(held);
    }
    assertThat(failures).isGreaterThan(8);
  }

  @Test
  void saysWhichLaunchFailed() {
    int failures = 0;
    for (Throwable thrown = new Throwable(); thrown != null; ) {
      SimulatedDevice.set(Control.RESET, 0);
      SimulatedDevice.set(Control.FAIL_LAUNCH, failures + 1);
      thrown = catchThrowable(this::liveOneLife);
      if (thrown != null) {
        failures++;
        assertThat(thrown)
            .isInstanceOf(EngineException.class)
            .hasMessageMatching("cannot launch \\w+: CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES.*");
      }
    }
    assertThat(failures).isEqualTo((int) launchesOfOneLife());
  }

  @Test
  void endsInAnExceptionWheneverTheDeviceIsLost() {
    SplittableRandom random = new SplittableRandom(4);
    int lost = 0;
    for (int i = 0; i < 40; i++) {
      SimulatedDevice.set(Control.RESET, 0);
      SimulatedDevice.set(Control.LOSE_DEVICE, 1 + random.nextInt(150));
      Throwable thrown = catchThrowable(this::liveOneLife);
      if (thrown != null) {
        lost++;
        assertThat(thrown)
            .isInstanceOf(EngineException.class)
            .hasMessageContaining("cannot ")
            .hasMessageContaining("DEVICE_UNAVAILABLE");
      }
      SimulatedDevice.set(Control.RESET, 0);
      assertThat(SimulatedDevice.held()).as("run %d", i).isEqualTo(held);
    }
    assertThat(lost).isGreaterThan(20);
  }

  @Test
  void waitsForASlowDevice() {
    float[] quick = outputsOfOneLife();
    SimulatedDevice.set(Control.SLOW, 3000);
    assertThat(outputsOfOneLife()).isEqualTo(quick);
  }

  @Test
  void worksOnAThreadThatNeverSawTheContext() throws InterruptedException {
    float[] here = outputsOfOneLife();
    AtomicReference<float[]> there = new AtomicReference<>();
    try (Engine engine = engine()) {
      EventBatch batch = batch();
      Thread thread =
          new Thread(
              () -> {
                engine.step(batch);
                engine.pool().read(1, new float[model.memory().floats()], 0);
                there.set(batch.outputs());
              });
      thread.start();
      thread.join();
    }
    assertThat(there.get()).isEqualTo(here);
  }

  @Test
  void shrinksThePoolWhereMemoryIsShort() {
    long slotBytes = 4L * model.memory().floats();
    SimulatedDevice.set(Control.MEMORY, 200 * slotBytes);
    try (Engine engine = new CudaEngine(model, new EngineOptions(Device.CUDA, 1_000_000))) {
      assertThat(engine.pool().slots()).isBetween(50, 199);
      engine.step(batch());
    }
  }

  @Test
  void keepsToTheBytesItMayUse() {
    long slotBytes = 4L * model.memory().floats();
    EngineOptions options = new EngineOptions(Device.CUDA, 100, 1, Storage.FP32, 0, 7 * slotBytes);
    try (Engine engine = new CudaEngine(model, options)) {
      assertThat(engine.pool().slots()).isEqualTo(7);
    }
  }

  @Test
  void refusesAPoolBelowTheLeast() {
    long slotBytes = 4L * model.memory().floats();
    SimulatedDevice.set(Control.MEMORY, 200 * slotBytes);
    EngineOptions options =
        new EngineOptions(Device.CUDA, 1000, 300, Storage.FP32, 0, Long.MAX_VALUE);
    assertThatThrownBy(() -> new CudaEngine(model, options))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("at least 300 slots of " + slotBytes + " bytes");
  }

  @Test
  void refusesADeviceThatIsTooOldOrAbsent() {
    assertThatThrownBy(
            () ->
                new CudaEngine(
                    model, new EngineOptions(Device.CUDA, 1, 1, Storage.FP32, 3, Long.MAX_VALUE)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("device index is 3, but there are 1");
    SimulatedDevice.set(Control.CAPABILITY, 70);
    assertThatThrownBy(() -> EngineProvider.create(model, new EngineOptions(Device.CUDA, 1)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("compute capability 7.0; the kernels need 7.5");
  }

  @Test
  void isTakenAutomaticallyWhereADeviceIs() {
    try (Engine engine = EngineProvider.create(model, new EngineOptions(Device.AUTO, 2))) {
      assertThat(engine.name()).isEqualTo("cuda simulated device");
    }
    SimulatedDevice.set(Control.CAPABILITY, 70);
    try (Engine engine = EngineProvider.create(model, new EngineOptions(Device.AUTO, 2))) {
      assertThat(engine.name()).startsWith("cpu");
    }
  }

  @Test
  void refusesAThirdBatchInFlight() {
    try (Engine engine = engine()) {
      EventBatch third = batch();
      EventBatch first = batch();
      engine.submit(first);
      engine.submit(batch());
      assertThatThrownBy(() -> engine.submit(third))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("2 batches are in flight");
      assertThatThrownBy(() -> engine.complete(third))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not in flight");
      engine.complete(first);
      engine.submit(third);
    }
  }

  private long launchesOfOneLife() {
    SimulatedDevice.set(Control.RESET, 0);
    long before = SimulatedDevice.get(Control.LAUNCHES);
    liveOneLife();
    return SimulatedDevice.get(Control.LAUNCHES) - before;
  }

  private void liveOneLife() {
    outputsOfOneLife();
  }

  /** Everything that an engine does, once. */
  private float[] outputsOfOneLife() {
    try (Engine engine = engine()) {
      EventBatch first = batch();
      EventBatch second = batch();
      engine.submit(first);
      engine.submit(second);
      engine.complete(first);
      engine.complete(second);
      engine.replay(1, LoggedEvents.ofDeltas(3, first.keys(), first.deltas(), null));
      float[] memory = new float[model.memory().floats()];
      engine.pool().read(1, memory, 0);
      engine.pool().write(3, memory, 0);
      return first.outputs();
    }
  }

  private Engine engine() {
    return new CudaEngine(model, new EngineOptions(Device.CUDA, SLOTS));
  }

  private EventBatch batch() {
    SplittableRandom random = new SplittableRandom(9);
    EventBatch batch = new EventBatch(model, EVENTS);
    batch.clear();
    for (int row = 0; row < EVENTS; row++) {
      if (row == 0 || row == 2 || row == 8) {
        batch.segment(row / 2, true);
      }
      batch.add(row % 4 != 3);
    }
    float[] inputs = RandomModels.gaussian(random, EVENTS * model.inputDim());
    System.arraycopy(inputs, 0, batch.inputs(), 0, inputs.length);
    return batch;
  }
}
