package io.fastweights.kernels.engine;

/**
 * How an engine is made.
 *
 * @param device which engine
 * @param slots memories in the pool
 * @param storage how the pool holds a memory
 */
public record EngineOptions(Device device, int slots, Storage storage) {

  /** Which engine runs. */
  public enum Device {
    /** CUDA where a usable device is, else the CPU. */
    AUTO,
    CPU,
    CUDA
  }

  /** How the pool holds a memory; the arithmetic is in fp32 either way. */
  public enum Storage {
    /** Four bytes a weight, exactly what the arithmetic gives. */
    FP32,
    /**
     * Two bytes a weight, the upper half of a float: the exponent of fp32 and 8 bits of precision.
     * A weight that an event rewrites is rounded to the nearest, ties to even, before anything
     * reads it again, so the bits do not depend on where batches were cut. Each rewrite errs by at
     * most 2^-8 of the new weight, |w'| / 256; weights that an event leaves alone do not change.
     * See {@link io.fastweights.kernels.math.BrainFloat}.
     */
    BF16
  }

  public EngineOptions {
    if (slots < 1) {
      throw new IllegalArgumentException("slots is " + slots + ", must be at least 1");
    }
  }

  /** With memories in fp32. */
  public EngineOptions(Device device, int slots) {
    this(device, slots, Storage.FP32);
  }

  public static EngineOptions cpu(int slots) {
    return new EngineOptions(Device.CPU, slots);
  }
}
