package io.fastweights.operator.runtime;

import io.fastweights.kernels.EngineChoice;
import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.model.Model;
import java.io.Serializable;
import org.apache.flink.annotation.Internal;

/**
 * Gives each subtask its engine: {@link EngineProvider#choose}, unless a benchmark replaces it.
 * Serialized with the job.
 */
@Internal
@FunctionalInterface
public interface EngineSource extends Serializable {
  EngineChoice choose(Model model, EngineOptions options);
}
