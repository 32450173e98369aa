package io.fastweights.kernels.cuda.driver;

import io.fastweights.kernels.engine.EngineException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * A device and its primary context, which all engines of the process on that device share. A
 * context belongs to a thread, so every public entry of the engine makes it current first.
 */
public final class CudaDevice extends NativeResource {
  /** The first architecture that the kernels run on: Turing. */
  private static final int LEAST_CAPABILITY = 75;

  private final CUdevice device;
  private final CUcontext context = new CUcontext();
  private final String name;

  private CudaDevice(int index, CUdevice device) {
    super("the primary context of device " + index);
    this.device = device;
    byte[] text = new byte[256];
    Driver.check(JCudaDriver.cuDeviceGetName(text, text.length, device), "name device " + index);
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    name = new String(text, 0, end, StandardCharsets.US_ASCII);
  }

  /**
   * Retains the primary context of a device.
   *
   * @throws EngineException if there is no such device, or it is too old; the message says why
   */
  public static CudaDevice acquire(int index) {
    Driver.check(JCudaDriver.cuInit(0), "initialise the CUDA driver");
    int[] count = new int[1];
    Driver.check(JCudaDriver.cuDeviceGetCount(count), "count devices");
    if (index >= count[0]) {
      throw new EngineException(
          "device index is " + index + ", but there are " + count[0] + " CUDA devices");
    }
    CUdevice handle = new CUdevice();
    Driver.check(JCudaDriver.cuDeviceGet(handle, index), "get device " + index);
    CudaDevice made = new CudaDevice(index, handle);
    int capability =
        10 * made.attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + made.attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    if (capability < LEAST_CAPABILITY) {
      throw new EngineException(
          String.format(
              Locale.ROOT,
              "device %d, %s, has compute capability %d.%d; the kernels need %d.%d",
              index,
              made.name,
              capability / 10,
              capability % 10,
              LEAST_CAPABILITY / 10,
              LEAST_CAPABILITY % 10));
    }
    Driver.check(
        JCudaDriver.cuDevicePrimaryCtxRetain(made.context, handle),
        "retain the primary context of device " + index);
    made.granted();
    return made;
  }

  public String name() {
    return name;
  }

  /** Bytes of shared memory that a block can ask for. */
  public int sharedBytes() {
    return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  }

  /** Bytes of free device memory. */
  public long freeBytes() {
    long[] free = new long[1];
    Driver.check(JCudaDriver.cuMemGetInfo(free, new long[1]), "ask for free device memory");
    return free[0];
  }

  /** Makes the context current on the calling thread. */
  public void makeCurrent() {
    Driver.check(JCudaDriver.cuCtxSetCurrent(context), "make the CUDA context current");
  }

  /** Closes what was made on this device, on any thread; a second call does nothing. */
  public void close(Scope made) {
    if (made.isEmpty()) {
      return;
    }
    try {
      makeCurrent();
    } catch (EngineException e) {
      throw made.closeAfter(e);
    }
    made.close();
  }

  private int attribute(int which) {
    int[] value = new int[1];
    Driver.check(JCudaDriver.cuDeviceGetAttribute(value, which, device), "read attribute " + which);
    return value[0];
  }

  @Override
  protected int free() {
    return JCudaDriver.cuDevicePrimaryCtxRelease(device);
  }
}
