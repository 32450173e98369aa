package io.fastweights.kernels.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;

/**
 * The argument of a kernel, one struct passed by value: fields are written in the order of {@code
 * arguments.cuh}, then the launch copies them. One direct buffer serves all launches of an engine:
 * pointing JNI at a field each would cost ten times as much.
 */
public final class Arguments {
  private static final int MOST_BYTES = 512;

  private final ByteBuffer fields =
      ByteBuffer.allocateDirect(MOST_BYTES).order(ByteOrder.nativeOrder());
  private final Pointer parameters = Pointer.to(Pointer.to(fields));
  private CudaStream stream;
  private int at;
  private long launches;

  /** Launches go to this stream from now on. */
  public void on(CudaStream where) {
    stream = where;
  }

  /** The stream of the launches. */
  public CudaStream stream() {
    return stream;
  }

  /** Begins a new argument. */
  public Arguments begin() {
    at = 0;
    return this;
  }

  /** A field of 8 bytes: an address, 0 for none, or a count. */
  public Arguments wide(long value) {
    fields.putLong(at, value);
    at += Long.BYTES;
    return this;
  }

  public Arguments integer(int value) {
    fields.putInt(at, value);
    at += Integer.BYTES;
    return this;
  }

  public Arguments real(float value) {
    fields.putFloat(at, value);
    at += Float.BYTES;
    return this;
  }

  /** Launches so far. */
  public long launches() {
    return launches;
  }

  /** Enqueues a kernel of the module with the fields written since {@link #begin}. */
  public void launch(
      CudaModule module, String name, int gridX, int gridY, int threads, int shared) {
    launch(module.function(name, 0), name, gridX, gridY, threads, shared);
  }

  /** Enqueues the kernel with the fields written since {@link #begin}. */
  public void launch(
      CUfunction kernel, String name, int gridX, int gridY, int threads, int shared) {
    launches++;
    Driver.checkLaunch(
        JCudaDriver.cuLaunchKernel(
            kernel, gridX, gridY, 1, threads, 1, 1, shared, stream.handle(), parameters, null),
        name);
  }
}
