package io.fastweights.kernels.cuda.driver;

import jcuda.driver.CUevent;
import jcuda.driver.JCudaDriver;

/** A point in a stream that others can wait for, and that has a time. */
public final class CudaEvent extends NativeResource {
  private final CUevent event = new CUevent();

  private CudaEvent() {
    super("an event");
  }

  public static CudaEvent create() {
    CudaEvent made = new CudaEvent();
    Driver.check(JCudaDriver.cuEventCreate(made.event, 0), "create an event");
    made.granted();
    return made;
  }

  CUevent handle() {
    return event;
  }

  /** Marks where the stream is now. */
  public void record(CudaStream stream) {
    Driver.check(JCudaDriver.cuEventRecord(event, stream.handle()), "record an event");
  }

  /** Milliseconds between two events that were reached. */
  public static float milliseconds(CudaEvent from, CudaEvent to) {
    float[] time = new float[1];
    Driver.check(
        JCudaDriver.cuEventElapsedTime(time, from.event, to.event), "measure between two events");
    return time[0];
  }

  @Override
  protected int free() {
    return JCudaDriver.cuEventDestroy(event);
  }
}
