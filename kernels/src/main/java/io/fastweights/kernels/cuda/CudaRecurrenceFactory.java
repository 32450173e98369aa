package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.NativeLibrary;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.train.network.DeviceRecurrence;

/** Recurrences of training on the first CUDA device; found by name, like the engine's factory. */
public final class CudaRecurrenceFactory implements DeviceRecurrence.Factory {

  @Override
  public DeviceRecurrence create(UpdateRule rule, int rows, int columns) {
    try {
      NativeLibrary.loadDriver();
      return new CudaRecurrence(0, rule, rows, columns);
    } catch (LinkageError e) {
      throw new EngineException(CudaEngineFactory.why(e), e);
    }
  }
}
