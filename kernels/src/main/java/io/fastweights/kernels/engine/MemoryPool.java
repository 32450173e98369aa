package io.fastweights.kernels.engine;

import io.fastweights.kernels.model.MemoryShape;

/**
 * Slots that hold one key's whole memory each, where the engine works on them: float[] on a CPU,
 * device memory on a GPU. The caller assigns slots to keys. Not thread-safe; used by the thread
 * that calls the engine.
 */
public interface MemoryPool {

  /** Number of slots. */
  int slots();

  MemoryShape shape();

  /** True if memories are on the Java heap; each is allocated at the first use of its slot. */
  default boolean onHeap() {
    return false;
  }

  /** Copies the memory in a slot to {@code into[offset ...]}, row-major. */
  void read(int slot, float[] into, int offset);

  /** Replaces the memory in a slot by zeros, from which a memory begins. */
  default void zero(int slot) {
    write(slot, new float[shape().floats()], 0);
  }

  /** Replaces the memory in a slot by {@code from[offset ...]}, row-major. */
  void write(int slot, float[] from, int offset);
}
