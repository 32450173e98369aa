package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import java.util.Arrays;

/**
 * Memories on the Java heap, one array a slot, made when the slot is first used: {@code float[]} in
 * fp32, {@code short[]} in bf16.
 */
final class HeapPool implements MemoryPool {
  /** Floats beyond the last row, so that a vector may hang over it. */
  static final int MARGIN = 16;

  private final MemoryShape shape;
  private final int slots;
  private final float[][] floats;
  private final short[][] halves;

  HeapPool(MemoryShape shape, int slots, Storage storage) {
    this.shape = shape;
    this.slots = slots;
    this.floats = storage == Storage.FP32 ? new float[slots][] : null;
    this.halves = storage == Storage.BF16 ? new short[slots][] : null;
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public MemoryShape shape() {
    return shape;
  }

  @Override
  public boolean onHeap() {
    return true;
  }

  /** Whether memories are in bf16. */
  boolean half() {
    return halves != null;
  }

  /** The live memory in a slot of an fp32 pool. */
  float[] floats(int slot) {
    check(slot);
    float[] memory = floats[slot];
    if (memory == null) {
      memory = new float[shape.floats() + MARGIN];
      floats[slot] = memory;
    }
    return memory;
  }

  /** The live memory in a slot of a bf16 pool. */
  short[] halves(int slot) {
    check(slot);
    short[] memory = halves[slot];
    if (memory == null) {
      memory = new short[shape.floats()];
      halves[slot] = memory;
    }
    return memory;
  }

  /** Steps events through one head of the memory in a slot, which begins at {@code at} in it. */
  void step(
      CpuKernels kernels, MemoryLayer events, int slot, int at, int head, int first, int end) {
    if (half()) {
      kernels.step(events, head, halves(slot), at, first, end);
    } else {
      kernels.step(events, head, floats(slot), at, first, end);
    }
  }

  private void check(int slot) {
    if (slot < 0 || slot >= slots) {
      throw new IllegalArgumentException("slot is " + slot + ", the pool has " + slots + " slots");
    }
  }

  @Override
  public void zero(int slot) {
    if (half()) {
      Arrays.fill(halves(slot), (short) 0);
    } else {
      Arrays.fill(floats(slot), 0);
    }
  }

  @Override
  public void read(int slot, float[] into, int offset) {
    if (half()) {
      short[] memory = halves(slot);
      for (int i = 0; i < memory.length; i++) {
        into[offset + i] = BrainFloat.toFloat(memory[i]);
      }
    } else {
      System.arraycopy(floats(slot), 0, into, offset, shape.floats());
    }
  }

  @Override
  public void write(int slot, float[] from, int offset) {
    if (half()) {
      short[] memory = halves(slot);
      for (int i = 0; i < memory.length; i++) {
        memory[i] = BrainFloat.of(from[offset + i]);
      }
    } else {
      System.arraycopy(from, offset, floats(slot), 0, shape.floats());
    }
  }
}
