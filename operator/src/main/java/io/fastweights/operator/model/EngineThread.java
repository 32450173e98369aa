package io.fastweights.operator.model;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.ThreadedEngine;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EngineThreads;
import java.time.Duration;
import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a subtask's engine runs in its own thread, while the task loads the next batch
 * and emits the last. Measured with the jobs of {@code fastweights bench state} on two cores: one
 * subtask took 15 per cent more events with the thread, in the median of eight pairs of runs (-4 to
 * 39). Two subtasks took six per cent fewer, as batches move between the processors' caches. For a
 * batch of 16 the hand-over costs as much as it gains.
 */
@Internal
public final class EngineThread {
  private static final Logger LOG = LoggerFactory.getLogger(EngineThread.class);
  private static final int LEAST_BATCH = 64;

  private EngineThread() {}

  /**
   * @param engine to wrap; one that supports batches in flight itself stays as it is
   * @param batchSize most events of a batch
   * @param linger ZERO if every event is answered at once
   * @param chosen of {@link FastWeightOptions#ENGINE_THREAD}
   * @param taskManager options of the task manager; each slot is assumed to use one processor
   */
  public static Engine where(
      Engine engine,
      int batchSize,
      Duration linger,
      EngineThreads chosen,
      Configuration taskManager) {
    int processors = Runtime.getRuntime().availableProcessors();
    int slots = taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS);
    boolean overlaps =
        batchSize >= LEAST_BATCH
            && !linger.isZero()
            // Otherwise a batch waits until the previous one has released its slots.
            && engine.pool().slots() >= 2 * batchSize;
    boolean own =
        chosen == EngineThreads.OWN
            || chosen == EngineThreads.AUTO && processors > slots && overlaps;
    if (!own || engine.mostInFlight() > 1) {
      return engine;
    }
    LOG.info(
        "the engine steps in a thread of its own: {} processors, {} task slots", processors, slots);
    return new ThreadedEngine(engine);
  }
}
