package io.fastweights.kernels;

import io.fastweights.kernels.cpu.CpuEngine;
import io.fastweights.kernels.cpu.CpuProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineFactory;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.model.Model;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses an engine, once, and logs why. */
public final class EngineProvider {
  private static final Logger LOG = LoggerFactory.getLogger(EngineProvider.class);

  /** Named, not linked: without JCuda on the class path the CPU engine still loads. */
  private static final String CUDA = "io.fastweights.kernels.cuda.CudaEngineFactory";

  private EngineProvider() {}

  /**
   * @throws EngineException if the device asked for cannot be had
   */
  public static Engine create(Model model, EngineOptions options) {
    Engine engine =
        switch (options.device()) {
          case CPU -> cpu(model, options);
          case CUDA -> cuda(model, options);
          case AUTO -> automatic(model, options);
        };
    LOG.info(
        "engine: {}, {} slots of {} {}",
        engine.name(),
        engine.pool().slots(),
        options.storage(),
        model.memory());
    return engine;
  }

  private static Engine automatic(Model model, EngineOptions options) {
    try {
      return cuda(model, options);
    } catch (EngineException e) {
      LOG.info("not engine CUDA: {}", e.getMessage());
      return cpu(model, options);
    }
  }

  private static Engine cuda(Model model, EngineOptions options) {
    EngineFactory factory;
    try {
      factory = (EngineFactory) Class.forName(CUDA).getConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new EngineException("engine CUDA cannot be loaded: " + e, e);
    }
    return factory.create(model, options);
  }

  private static Engine cpu(Model model, EngineOptions options) {
    CpuProvider provider = CpuProvider.lookup();
    LOG.info("engine CPU: {}", provider.reason());
    return new CpuEngine(model, options, provider.kernels().get());
  }
}
