package io.fastweights.kernels.engine;

import io.fastweights.kernels.model.Storage;

/**
 * Options of an engine.
 *
 * @param device the kind of engine
 * @param slots memories in the pool; fewer where a device is short of memory
 * @param leastSlots fewer than these are an error
 * @param storage how the pool holds a memory
 * @param deviceIndex index of the CUDA device among the process's
 * @param poolBytes most bytes of a device's memory for the pool
 * @param denseProducts implementation of products with slow weights on a CUDA device
 */
public record EngineOptions(
    Device device,
    int slots,
    int leastSlots,
    Storage storage,
    int deviceIndex,
    long poolBytes,
    DenseProducts denseProducts) {

  /** Kinds of engines. */
  public enum Device {
    /** CUDA where a usable device is, else the CPU. */
    AUTO,
    CPU,
    CUDA
  }

  /** The implementation of products with slow weights on a CUDA device; a CPU ignores it. */
  public enum DenseProducts {
    /**
     * The kernels of this project. The order of a row's sums does not depend on other rows: the
     * bits are the CPU engine's, for any batches.
     */
    OWN,
    /**
     * NVIDIA's cuBLAS in full fp32 (pedantic mathematics, no TF32), where libcublas.so.12 can be
     * loaded; else {@link #OWN}, with a warning. Its order of sums is its own: results agree with
     * the CPU engine's to within rounding, not in bits. Products are of one fixed number of rows,
     * padded, so that it has no reason to compute a row differently from batch to batch; but NVIDIA
     * promises the same bits only for the same call on the same kind of GPU with the same version
     * of cuBLAS, and nothing about a row's place in it. A job that must give the same bits after a
     * recovery on other hardware keeps to {@link #OWN}.
     */
    CUBLAS
  }

  public EngineOptions {
    if (slots < 1) {
      throw new IllegalArgumentException("slots is " + slots + ", must be at least 1");
    }
    if (leastSlots < 1 || leastSlots > slots) {
      throw new IllegalArgumentException(
          "leastSlots is " + leastSlots + ", must be from 1 to slots = " + slots);
    }
    if (deviceIndex < 0) {
      throw new IllegalArgumentException("deviceIndex is " + deviceIndex + ", must be at least 0");
    }
    if (poolBytes < 1) {
      throw new IllegalArgumentException("poolBytes is " + poolBytes + ", must be at least 1");
    }
  }

  /** With this project's own products. */
  public EngineOptions(
      Device device, int slots, int leastSlots, Storage storage, int deviceIndex, long poolBytes) {
    this(device, slots, leastSlots, storage, deviceIndex, poolBytes, DenseProducts.OWN);
  }

  /** A pool that may shrink to one slot, on the first device. */
  public EngineOptions(Device device, int slots, Storage storage) {
    this(device, slots, 1, storage, 0, Long.MAX_VALUE);
  }

  /** With memories in fp32. */
  public EngineOptions(Device device, int slots) {
    this(device, slots, Storage.FP32);
  }

  public static EngineOptions cpu(int slots) {
    return new EngineOptions(Device.CPU, slots);
  }
}
