package io.fastweights.kernels.train;

import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.train.network.DeviceRecurrence;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recurrences of a model's layers on a device. Each layer has its own: it keeps its forward
 * pass until the backward pass of the layers above is done.
 */
final class DeviceLayers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceLayers.class);

  /** Named, not linked: without JCuda on the class path the trainer still loads. */
  private static final String CUDA = "io.fastweights.kernels.cuda.CudaRecurrenceFactory";

  private final List<DeviceRecurrence> layers = new ArrayList<>();

  DeviceLayers(DeviceRecurrence.Factory factory, ModelConfig config) {
    try {
      for (int l = 0; l < config.depth(); l++) {
        layers.add(factory.create(config.updateRule(), config.features(), config.valueDim()));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Takes the device asked for.
   *
   * @return null where the recurrences run on the CPU
   * @throws EngineException if CUDA was requested and is unavailable
   */
  static DeviceLayers of(Device device, ModelConfig config) {
    if (device == Device.CPU) {
      return null;
    }
    try {
      DeviceLayers layers = new DeviceLayers(cuda(), config);
      LOG.info("recurrences: {}", layers.layers.get(0).name());
      return layers;
    } catch (EngineException e) {
      if (device == Device.CUDA) {
        throw e;
      }
      LOG.info("not on CUDA: {}", e.getMessage());
      return null;
    }
  }

  private static DeviceRecurrence.Factory cuda() {
    try {
      return Class.forName(CUDA)
          .asSubclass(DeviceRecurrence.Factory.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new EngineException("CUDA cannot be loaded: " + e, e);
    }
  }

  int count() {
    return layers.size();
  }

  DeviceRecurrence layer(int l) {
    return layers.get(l);
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    for (DeviceRecurrence layer : layers) {
      try {
        layer.close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    layers.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
