package io.fastweights.kernels.engine;

import io.fastweights.kernels.cpu.CpuEngine;
import io.fastweights.kernels.cpu.CpuProvider;
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
    CpuProvider provider = CpuProvider.lookup();
    Engine engine = new CpuEngine(model, options, provider.kernels().get());
    LOG.info(
        "engine: {} ({}), {} slots of {} {}",
        engine.name(),
        provider.reason(),
        options.slots(),
        options.storage(),
        model.memory());
    return engine;
  }
}
