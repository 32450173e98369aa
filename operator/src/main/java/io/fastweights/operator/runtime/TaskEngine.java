package io.fastweights.operator.runtime;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.cache.CacheSlots;
import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.model.EngineThread;
import io.fastweights.operator.model.GpuResource;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.configuration.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates a task's engine by the options: its device, its slots and its thread. */
final class TaskEngine {
  private static final Logger LOG = LoggerFactory.getLogger(TaskEngine.class);

  private final EngineSource source;
  private final Configuration options;
  private final RuntimeContext task;
  private final Configuration taskManager;
  private final FastWeightMetrics metrics;

  TaskEngine(
      EngineSource source,
      Configuration options,
      RuntimeContext task,
      Configuration taskManager,
      FastWeightMetrics metrics) {
    this.source = source;
    this.options = options;
    this.task = task;
    this.taskManager = taskManager;
    this.metrics = metrics;
  }

  /** The storage of memories. */
  Storage storage() {
    return options.get(FastWeightOptions.STORAGE).storage();
  }

  /** A device short of memory may hold fewer keys than configured, but a batch must fit. */
  Engine create(Model model) {
    int batchSize = options.get(FastWeightOptions.BATCH_SIZE);
    EngineOptions engineOptions =
        new EngineOptions(
            options.get(FastWeightOptions.ENGINE),
            CacheSlots.of(
                options.get(FastWeightOptions.CACHE_SIZE), model.memory(), storage(), batchSize),
            batchSize + 1,
            storage(),
            GpuResource.deviceIndex(task),
            Long.MAX_VALUE,
            options.get(FastWeightOptions.CUDA_DENSE_PRODUCTS));
    Engine created = metrics.chosen(source.choose(model, engineOptions));
    String warning =
        CacheSlots.warning(created.pool(), storage(), Runtime.getRuntime().maxMemory());
    if (warning != null) {
      LOG.warn(warning);
    }
    return metrics.timed(
        EngineThread.where(
            created,
            batchSize,
            options.get(FastWeightOptions.LINGER),
            options.get(FastWeightOptions.ENGINE_THREAD),
            taskManager));
  }
}
