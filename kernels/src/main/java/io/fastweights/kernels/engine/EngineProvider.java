package io.fastweights.kernels.engine;

import io.fastweights.kernels.cpu.CpuEngine;
import io.fastweights.kernels.cpu.ScalarKernels;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.Model;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses an engine, once, and logs why. */
public final class EngineProvider {
  private static final Logger LOG = LoggerFactory.getLogger(EngineProvider.class);

  private EngineProvider() {}

  /**
   * @throws EngineException if the device asked for cannot be had
   */
  public static Engine create(Model model, EngineOptions options) {
    if (options.device() == Device.CUDA) {
      throw new EngineException("engine CUDA was asked for, but this build has none");
    }
    Engine engine = new CpuEngine(model, options.slots(), new ScalarKernels());
    LOG.info("engine: {}, {} slots of {}", engine.name(), options.slots(), model.memory());
    return engine;
  }
}
