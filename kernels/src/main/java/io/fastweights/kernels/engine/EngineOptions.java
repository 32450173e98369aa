package io.fastweights.kernels.engine;

/**
 * How an engine is made.
 *
 * @param device which engine
 * @param slots memories in the pool
 */
public record EngineOptions(Device device, int slots) {

  /** Which engine runs. */
  public enum Device {
    /** CUDA where a usable device is, else the CPU. */
    AUTO,
    CPU,
    CUDA
  }

  public EngineOptions {
    if (slots < 1) {
      throw new IllegalArgumentException("slots is " + slots + ", must be at least 1");
    }
  }

  public static EngineOptions cpu(int slots) {
    return new EngineOptions(Device.CPU, slots);
  }
}
