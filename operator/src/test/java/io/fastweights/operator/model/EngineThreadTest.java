package io.fastweights.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.ThreadedEngine;
import io.fastweights.operator.api.FastWeightOptions.EngineThreads;
import io.fastweights.operator.testkit.TestModel;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;

class EngineThreadTest {
  private static final Duration LINGER = Duration.ofMillis(20);

  private final int processors = Runtime.getRuntime().availableProcessors();

  private static Engine engine() {
    return engine(512);
  }

  private static Engine engine(int slots) {
    return EngineProvider.create(
        TestModel.ASSOCIATIVE.oracle().eventModel().model(), EngineOptions.cpu(slots));
  }

  private static Configuration slots(int slots) {
    return new Configuration().set(TaskManagerOptions.NUM_TASK_SLOTS, slots);
  }

  @Test
  void anEngineStepsInTheTasksThreadWhereSubtasksTakeAllProcessors() {
    Engine engine = engine();
    assertThat(EngineThread.where(engine, 256, LINGER, EngineThreads.AUTO, slots(processors)))
        .isSameAs(engine);
  }

  @Test
  void aSmallBatchIsNotHandedOver() {
    Engine engine = engine();
    assertThat(EngineThread.where(engine, 63, LINGER, EngineThreads.AUTO, slots(0)))
        .isSameAs(engine);
  }

  @Test
  void eventsThatAreAnsweredAtOnceAreNotHandedOver() {
    Engine engine = engine();
    assertThat(EngineThread.where(engine, 256, Duration.ZERO, EngineThreads.AUTO, slots(0)))
        .isSameAs(engine);
  }

  @Test
  void aBatchIsNotHandedOverWhereTheNextHasNoSlotsBesideIt() {
    Engine engine = engine(511);
    assertThat(EngineThread.where(engine, 256, LINGER, EngineThreads.AUTO, slots(0)))
        .isSameAs(engine);
  }

  @Test
  void theOptionDecidesWhateverTheMachine() {
    Engine engine = engine(4);
    assertThat(EngineThread.where(engine, 256, LINGER, EngineThreads.TASK, slots(0)))
        .isSameAs(engine);
    assertThat(EngineThread.where(engine, 1, LINGER, EngineThreads.OWN, slots(processors)))
        .isInstanceOf(ThreadedEngine.class);
  }

  @Test
  void anEngineHasAThreadWhereAProcessorIsToSpare() {
    Engine engine =
        EngineThread.where(engine(), 64, LINGER, EngineThreads.AUTO, slots(processors - 1));
    assertThat(engine).isInstanceOf(ThreadedEngine.class);
    assertThat(EngineThread.where(engine, 64, LINGER, EngineThreads.AUTO, slots(0)))
        .as("once")
        .isSameAs(engine);
  }
}
