package io.fastweights.operator;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.ThreadedEngine;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * Whether a subtask's engine steps in a thread of its own, while the task loads the next batch and
 * answers the last. Measured by {@code fastweights bench state} and {@code bench job}: with a
 * processor to spare a subtask takes a tenth to a third more events; without one it takes six per
 * cent fewer, as batches move from one processor's caches to another's. To hand over a batch of 16
 * takes as long as it gains.
 */
final class EngineThread {
  private static final int LEAST_BATCH = 64;

  private EngineThread() {}

  /**
   * @param engine as it was made; one that has batches in flight by itself stays as it is
   * @param batchSize most events of a batch
   * @param taskManager tells how many subtasks there may be
   */
  static Engine where(Engine engine, int batchSize, Configuration taskManager) {
    boolean spare =
        Runtime.getRuntime().availableProcessors()
            > taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS);
    return spare && batchSize >= LEAST_BATCH && engine.mostInFlight() == 1
        ? new ThreadedEngine(engine)
        : engine;
  }
}
