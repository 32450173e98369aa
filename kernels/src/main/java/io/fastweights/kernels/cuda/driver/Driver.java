package io.fastweights.kernels.cuda.driver;

import io.fastweights.kernels.engine.EngineException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The only place that checks the driver's return values. */
public final class Driver {
  private Driver() {}

  /** A call of the driver failed. */
  public static final class Failure extends EngineException {
    private static final long serialVersionUID = 1L;
    private final int status;

    private Failure(int status, String message) {
      super(message);
      this.status = status;
    }

    public boolean isOutOfMemory() {
      return status == CUresult.CUDA_ERROR_OUT_OF_MEMORY;
    }
  }

  /**
   * @param status the result of a call
   * @param asked the request to the driver, after "cannot"
   * @throws EngineException unless the call succeeded
   */
  static void check(int status, String asked) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw failure(status, asked);
    }
  }

  /** As {@link #check(int, String)}, for a request that has a size. */
  static void check(int status, String asked, long bytes) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw failure(status, asked + " (" + bytes + " bytes)");
    }
  }

  /** As {@link #check(int, String)}, for the launch of a kernel. */
  static void checkLaunch(int status, String kernel) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw failure(status, "launch " + kernel);
    }
  }

  /** The newest CUDA that the driver knows, in words. */
  public static String version() {
    int[] version = new int[1];
    check(JCudaDriver.cuDriverGetVersion(version), "ask for the driver's version");
    return "CUDA driver " + version[0] / 1000 + "." + version[0] % 1000 / 10;
  }

  private static Failure failure(int status, String asked) {
    String[] text = new String[1];
    boolean known = JCudaDriver.cuGetErrorString(status, text) == CUresult.CUDA_SUCCESS;
    String name = CUresult.stringFor(status);
    return new Failure(
        status, "cannot " + asked + ": " + name + (known ? " (" + text[0] + ")" : ""));
  }
}
