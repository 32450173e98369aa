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
 * Whether a subtask's engine steps in a thread of its own, while the task loads the next batch and
 * answers the last. Measured with {@code fastweights bench state}'s jobs on two cores: one subtask
 * took 15 per cent more events so in the median of eight pairs of runs (-4 to 39), two took six per
 * cent fewer, as batches then move from one processor's caches to another's. To hand over a batch
 * of 16 takes as long as it gains.
 */
@Internal
public final class EngineThread {
  private static final Logger LOG = LoggerFactory.getLogger(EngineThread.class);
  private static final int LEAST_BATCH = 64;

  private EngineThread() {}

  /**
   * @param engine as it was made; one that has batches in flight by itself stays as it is
   * @param batchSize most events of a batch
   * @param linger ZERO where every event is answered at once
   * @param chosen of {@link FastWeightOptions#ENGINE_THREAD}
   * @param taskManager its slots are taken to use a processor each
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
            // Else a batch waits until the one before it has given its slots.
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
