package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.MemoryShape;
import java.util.Arrays;

/** Memories on the Java heap, one array a slot, made when the slot is first used. */
final class HeapPool implements MemoryPool {
  private final MemoryShape shape;
  private final float[][] memories;

  HeapPool(MemoryShape shape, int slots) {
    this.shape = shape;
    this.memories = new float[slots][];
  }

  @Override
  public int slots() {
    return memories.length;
  }

  @Override
  public MemoryShape shape() {
    return shape;
  }

  /** The live memory in a slot. */
  float[] memory(int slot) {
    if (slot < 0 || slot >= memories.length) {
      throw new IllegalArgumentException(
          "slot is " + slot + ", the pool has " + memories.length + " slots");
    }
    float[] memory = memories[slot];
    if (memory == null) {
      memory = new float[shape.floats()];
      memories[slot] = memory;
    }
    return memory;
  }

  void zero(int slot) {
    Arrays.fill(memory(slot), 0);
  }

  @Override
  public void read(int slot, float[] into, int offset) {
    System.arraycopy(memory(slot), 0, into, offset, shape.floats());
  }

  @Override
  public void write(int slot, float[] from, int offset) {
    System.arraycopy(from, offset, memory(slot), 0, shape.floats());
  }
}
