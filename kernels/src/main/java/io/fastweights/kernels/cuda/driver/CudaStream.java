package io.fastweights.kernels.cuda.driver;

import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** Work for the device, done in the order in which it was enqueued. */
public final class CudaStream extends NativeResource {
  private final CUstream stream = new CUstream();

  private CudaStream() {
    super("a stream");
  }

  public static CudaStream create() {
    CudaStream made = new CudaStream();
    Driver.check(
        JCudaDriver.cuStreamCreate(made.stream, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "create a stream");
    made.granted();
    return made;
  }

  public CUstream handle() {
    return stream;
  }

  /** Makes work that is enqueued from now on wait for the event. */
  public void await(CudaEvent event) {
    Driver.check(JCudaDriver.cuStreamWaitEvent(stream, event.handle(), 0), "await an event");
  }

  /** Waits for all that was enqueued; reports what failed meanwhile. */
  public void synchronize() {
    Driver.check(JCudaDriver.cuStreamSynchronize(stream), "finish the work of a stream");
  }

  @Override
  protected int free() {
    return JCudaDriver.cuStreamDestroy(stream);
  }
}
