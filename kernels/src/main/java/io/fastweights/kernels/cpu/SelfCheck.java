package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineFactory;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.DenseProducts;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the engines of one device with the plain loops before use: a short script of events on a
 * few models of fixed shapes, then on one of the job's shape with random weights. Every bit must be
 * the same. Each shape is tried once. After a failure the device counts as broken for all shapes;
 * the first failure is logged.
 *
 * <p>The script is too short for the optimising compiler to have compiled everything that it runs.
 */
public final class SelfCheck {
  private static final Logger LOG = LoggerFactory.getLogger(SelfCheck.class);

  private final EngineFactory engines;
  private final Set<Trial> passed = new HashSet<>();
  private String failure;
  private boolean erred;

  private record Trial(Object shape, Storage storage) {}

  /**
   * @param engines makes the device's engines
   */
  public SelfCheck(EngineFactory engines) {
    this.engines = engines;
  }

  /**
   * Tests the device with the model's shape, unless that was tested before.
   *
   * @return the reason that it must not be used, or null
   * @throws EngineException if the device is unavailable, or refuses an allocation or a launch; the
   *     next call tests it again, since such an error is not one of arithmetic
   */
  public synchronized String failure(Model model, EngineOptions options) {
    if (failure != null) {
      return failure;
    }
    for (SelfCheckShape shape : SelfCheckShape.fixed()) {
      check(shape, options);
    }
    check(SelfCheckShape.like(model), options);
    return failure;
  }

  /** True if a device has failed. */
  public synchronized boolean failed() {
    return failure != null;
  }

  /** True if an available device has refused to work. */
  public synchronized boolean erred() {
    return erred;
  }

  private void check(SelfCheckShape shape, EngineOptions options) {
    Trial trial = new Trial(shape, options.storage());
    if (failure != null || passed.contains(trial)) {
      return;
    }
    Model model = shape.model();
    if (options.denseProducts() == DenseProducts.CUBLAS
        && options.device() != Device.CPU
        && !(model instanceof AssociativeMemory)) {
      // cuBLAS adds in its own order.
      return;
    }
    String name = "an engine";
    String difference;
    try (Engine engine = engines.create(model, small(options))) {
      name = "engine '" + engine.name() + "'";
      difference = difference(model, engine, options.storage());
    } catch (EngineException e) {
      if (!"an engine".equals(name)) {
        erred = true;
        LOG.warn("{} failed in its self-check: {}; {}", name, e.getMessage(), Processor.describe());
      }
      throw e;
    } catch (RuntimeException | LinkageError e) {
      difference = e.toString();
    }
    if (difference == null) {
      passed.add(trial);
    } else {
      failure =
          String.format(
              Locale.ROOT,
              "%s differs from plain loops in its self-check, %s, %s: %s; %s",
              name,
              shape,
              options.storage(),
              difference,
              Processor.describe());
      LOG.warn("{}. It is not used.", failure);
    }
  }

  private static String difference(Model model, Engine engine, Storage storage) {
    EngineOptions plain = new EngineOptions(Device.CPU, SelfCheckScript.SLOTS, storage);
    try (Engine reference = new CpuEngine(model, plain, new ScalarKernels())) {
      return new SelfCheckScript(model).difference(reference, engine);
    }
  }

  private static EngineOptions small(EngineOptions options) {
    return new EngineOptions(
        options.device(),
        SelfCheckScript.SLOTS,
        SelfCheckScript.SLOTS,
        options.storage(),
        options.deviceIndex(),
        Long.MAX_VALUE,
        options.denseProducts());
  }
}
