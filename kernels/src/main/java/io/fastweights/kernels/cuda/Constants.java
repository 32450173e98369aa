package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.PinnedMemory;
import io.fastweights.kernels.cuda.driver.Scope;

/** Floats that are written to the device once. */
final class Constants {
  private Constants() {}

  static DeviceMemory upload(float[] values, CudaStream stream) {
    long bytes = (long) values.length * Float.BYTES;
    Scope failing = new Scope();
    DeviceMemory memory = failing.own(DeviceMemory.allocate(bytes));
    try (PinnedMemory staging = PinnedMemory.allocate(bytes)) {
      staging.buffer().asFloatBuffer().put(values);
      memory.upload(0, staging, 0, bytes, stream);
      stream.synchronize();
      return memory;
    } catch (RuntimeException e) {
      throw failing.closeAfter(e);
    }
  }
}
