package io.fastweights.kernels.engine;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.model.Model;

/** Makes engines of one device. {@link EngineProvider} finds the CUDA one by name. */
public interface EngineFactory {

  /**
   * @throws EngineException if the device is unavailable; the message says why
   */
  Engine create(Model model, EngineOptions options);
}
