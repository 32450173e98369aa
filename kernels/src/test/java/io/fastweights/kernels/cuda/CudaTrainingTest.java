package io.fastweights.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.cuda.SimulatedDevice.Control;
import io.fastweights.kernels.cuda.driver.NativeResource;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainResult;
import io.fastweights.kernels.train.Trainer;
import io.fastweights.kernels.train.TrainingCases;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole training runs whose recurrences are a device's. */
class CudaTrainingTest {
  private static final ModelConfig CONFIG = config(UpdateRule.DELTA);

  private static final List<EventSequence> TRAIN = TrainingCases.keys(12, 20, 1);
  private static final List<EventSequence> VALIDATION = TrainingCases.keys(6, 20, 2);

  @TempDir Path folder;
  private List<Long> held;
  private int live;

  @BeforeEach
  void load() {
    SimulatedDevice.load();
    held = SimulatedDevice.held();
    live = NativeResource.live();
  }

  @AfterEach
  void nothingIsLeft() {
    SimulatedDevice.set(Control.RESET, 0);
    assertThat(SimulatedDevice.held()).isEqualTo(held);
    assertThat(NativeResource.live()).isEqualTo(live);
  }

  @ParameterizedTest
  @EnumSource(
      value = UpdateRule.class,
      names = {"DELTA", "GATED_DELTA"})
  void learnsWhatTheCpuLearns(UpdateRule rule) throws IOException {
    TrainResult cpu = train(config(rule), options(Device.CPU).build());
    long before = SimulatedDevice.get(Control.LAUNCHES);
    TrainResult cuda = train(config(rule), options(Device.CUDA).build());
    // Every step runs each of the two layers forwards and backwards.
    assertThat(SimulatedDevice.get(Control.LAUNCHES) - before).isEqualTo(4 * cuda.steps());
    assertThat(cuda.validation().loss()).isCloseTo(cpu.validation().loss(), within(1e-4));
    for (String name : cpu.weights().tensors().keySet()) {
      float[] expected = cpu.weights().get(name);
      float[] actual = cuda.weights().get(name);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).as(name).isCloseTo(expected[i], within(1e-3f));
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameBitsOnAnyNumberOfThreads() throws IOException {
    TrainOptions.Builder options = options(Device.CUDA).feedForwardDropout(0.1);
    SlowWeights one = train(options.threads(1).build()).weights();
    assertSame(train(options.threads(3).build()).weights(), one);
  }

  @Test
  void aRunWhoseDeviceFailsGoesOnFromItsCheckpoint() throws IOException {
    SlowWeights whole = train(options(Device.CUDA).build()).weights();
    TrainOptions options =
        options(Device.CUDA).checkpoint(folder.resolve("run.checkpoint"), 2).build();
    SimulatedDevice.set(Control.FAIL_LAUNCH, 20);
    assertThatThrownBy(() -> train(options))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("cannot launch recurrence_");
    SimulatedDevice.set(Control.RESET, 0);
    assertThat(SimulatedDevice.held()).isEqualTo(held);

    assertSame(train(options).weights(), whole);
  }

  @Test
  void aCheckpointOfTheCpuIsOfAnotherRun() throws IOException {
    Path file = folder.resolve("run.checkpoint");
    train(options(Device.CPU).checkpoint(file, 1).build());
    assertThatThrownBy(() -> train(options(Device.CUDA).checkpoint(file, 1).build()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is of a run with other events, another model or other options");
  }

  @Test
  void isOnTheCpuWhereNoDeviceIsAndThatMayBe() throws IOException {
    SimulatedDevice.set(Control.CAPABILITY, 70);
    assertThatThrownBy(() -> train(options(Device.CUDA).build()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("compute capability 7.0; the kernels need 7.5");
    assertSame(
        train(options(Device.AUTO).build()).weights(),
        train(options(Device.CPU).build()).weights());
  }

  private static void assertSame(SlowWeights actual, SlowWeights expected) {
    for (String name : expected.tensors().keySet()) {
      assertThat(actual.get(name)).as(name).isEqualTo(expected.get(name));
    }
  }

  private static TrainOptions.Builder options(Device engine) {
    return TrainingCases.options().epochs(3).lanes(4).engine(engine);
  }

  private static ModelConfig config(UpdateRule rule) {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(8)
        .depth(2)
        .heads(2)
        .dimHead(4)
        .ffMult(2)
        .updateRule(rule)
        .outputs(1)
        .build();
  }

  private static TrainResult train(TrainOptions options) throws IOException {
    return train(CONFIG, options);
  }

  private static TrainResult train(ModelConfig config, TrainOptions options) throws IOException {
    return new Trainer(config, TrainingCases.SCHEMA, TRAIN, VALIDATION, options).run(report -> {});
  }
}
