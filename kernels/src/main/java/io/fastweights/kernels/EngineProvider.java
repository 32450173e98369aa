package io.fastweights.kernels;

import io.fastweights.kernels.cpu.CpuProvider;
import io.fastweights.kernels.cpu.SelfCheck;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineFactory;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.model.Model;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses an engine, once, and logs why. */
public final class EngineProvider {
  private static final Logger LOG = LoggerFactory.getLogger(EngineProvider.class);

  /** Named, not linked: without JCuda on the class path the CPU engine still loads. */
  private static final String CUDA = "io.fastweights.kernels.cuda.CudaEngineFactory";

  /** By index of the device. */
  private static final Map<Integer, SelfCheck> CUDA_CHECKS = new ConcurrentHashMap<>();

  private EngineProvider() {}

  /** As {@link #choose}, without the reason. */
  public static Engine create(Model model, EngineOptions options) {
    return choose(model, options).engine();
  }

  /**
   * Makes an engine whose device has passed its {@link SelfCheck}. One that fails it is replaced: a
   * CUDA device under AUTO by the CPU, vectors by plain loops.
   *
   * @throws EngineException if the requested device is unavailable, or is CUDA and fails its
   *     self-check
   * @throws IllegalArgumentException if the system property {@link CpuProvider#VECTOR_BITS} has an
   *     invalid value
   */
  public static EngineChoice choose(Model model, EngineOptions options) {
    return choose(model, options, EngineProvider::cudaFactory, CUDA_CHECKS);
  }

  static EngineChoice choose(
      Model model,
      EngineOptions options,
      Supplier<EngineFactory> cuda,
      Map<Integer, SelfCheck> checks) {
    EngineChoice choice =
        switch (options.device()) {
          case CPU -> cpu(model, options, false);
          case CUDA -> new EngineChoice(cuda(model, options, cuda.get(), checks), false);
          case AUTO -> automatic(model, options, cuda, checks);
        };
    Engine engine = choice.engine();
    LOG.info(
        "engine: {}, {} slots of {} {}",
        engine.name(),
        engine.pool().slots(),
        options.storage(),
        model.memory());
    return choice;
  }

  private static EngineChoice automatic(
      Model model,
      EngineOptions options,
      Supplier<EngineFactory> cuda,
      Map<Integer, SelfCheck> checks) {
    try {
      return new EngineChoice(cuda(model, options, cuda.get(), checks), false);
    } catch (FailedSelfCheck e) {
      // Logged by the check.
      return cpu(model, options, true);
    } catch (EngineException e) {
      SelfCheck check = checks.get(options.deviceIndex());
      LOG.info("not engine CUDA: {}", e.getMessage());
      return cpu(model, options, check != null && check.erred());
    }
  }

  private static Engine cuda(
      Model model, EngineOptions options, EngineFactory factory, Map<Integer, SelfCheck> checks) {
    if (!model.updateRule().onDevices()) {
      throw new EngineException(
          String.format(
              Locale.ROOT,
              "engine CUDA has no update rule %s: engine CPU or AUTO has it",
              model.updateRule()));
    }
    String failure =
        checks
            .computeIfAbsent(options.deviceIndex(), index -> new SelfCheck(factory))
            .failure(model, options);
    if (failure != null) {
      throw new FailedSelfCheck(failure);
    }
    return factory.create(model, options);
  }

  private static EngineFactory cudaFactory() {
    try {
      return Class.forName(CUDA).asSubclass(EngineFactory.class).getConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new EngineException("engine CUDA cannot be loaded: " + e, e);
    }
  }

  private static EngineChoice cpu(Model model, EngineOptions options, boolean fallback) {
    CpuProvider provider = CpuProvider.lookup();
    LOG.info("engine CPU: {}", provider.reason());
    Engine engine = provider.engine(model, options);
    return new EngineChoice(engine, fallback || provider.fallback());
  }

  private static final class FailedSelfCheck extends EngineException {
    private static final long serialVersionUID = 1L;

    FailedSelfCheck(String failure) {
      super(failure + ". Engine AUTO or CPU does without the device.");
    }
  }
}
