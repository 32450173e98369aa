package io.fastweights.jobs.gpucheck;

import io.fastweights.kernels.cuda.driver.CudaEvent;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.PinnedMemory;
import java.util.Arrays;

/** Bandwidth of copies of large blocks: the reference for other figures. */
final class Bandwidth {
  private static final int WARM_UP = 3;
  private static final int REPEATS = 9;

  /** A copy that is timed. */
  private interface Copy {
    void enqueue(CudaStream stream);
  }

  private Bandwidth() {}

  /** Bytes read and written a second by copies from half of a block of the device to the other. */
  static double onDevice(long bytes) {
    try (DeviceMemory memory = DeviceMemory.allocate(2 * bytes)) {
      return 2 * bytes / seconds(stream -> memory.move(0, bytes, bytes, stream));
    }
  }

  /** Bytes a second from pinned memory of the host to the device. */
  static double toDevice(long bytes) {
    try (DeviceMemory memory = DeviceMemory.allocate(bytes);
        PinnedMemory host = PinnedMemory.allocate(bytes)) {
      return bytes / seconds(stream -> memory.upload(0, host, 0, bytes, stream));
    }
  }

  /** The median. */
  private static double seconds(Copy copy) {
    try (CudaStream stream = CudaStream.create();
        CudaEvent before = CudaEvent.create();
        CudaEvent after = CudaEvent.create()) {
      double[] times = new double[REPEATS];
      for (int i = -WARM_UP; i < REPEATS; i++) {
        before.record(stream);
        copy.enqueue(stream);
        after.record(stream);
        stream.synchronize();
        if (i >= 0) {
          times[i] = CudaEvent.milliseconds(before, after) / 1000;
        }
      }
      Arrays.sort(times);
      return times[REPEATS / 2];
    }
  }
}
