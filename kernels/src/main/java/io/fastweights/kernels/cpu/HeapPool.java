package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import java.util.Arrays;

/**
 * Memories on the Java heap, made when they are first used: in fp32 many slots in one {@code
 * float[]}, in bf16 a {@code short[]} for each.
 *
 * <p>A row that begins at a multiple of 64 bytes is read twice as fast as one that does not, for
 * its vectors do not cross cache lines. Java does not say where an array begins, but G1 gives an
 * array of more than half a region regions of its own, at whose start it stays. So arrays are
 * large, and slots begin where rows are on cache lines then. Under other collectors rows are beside
 * them, and the same bits take longer.
 */
final class HeapPool implements MemoryPool {
  /** Floats beyond the last row, so that a vector may extend over it. */
  static final int MARGIN = 16;

  /** Floats of a cache line. */
  private static final int LINE = 16;

  /** Floats from the start of an object, with its header, to the array's second cache line. */
  private static final int FIRST = LINE - 16 / Float.BYTES;

  /**
   * Floats of an array, about: 8 MiB are more than half a region up to 8 MiB, which G1 chooses for
   * heaps up to 32 GiB, and 4 regions of the smallest heap that holds a large pool.
   */
  private static final int ARRAY = (8 << 20) / Float.BYTES - LINE;

  private final MemoryShape shape;
  private final int slots;

  /** Floats from one slot to the next, with a margin, so that no vector reaches another slot. */
  private final int stride;

  private final int slotsPerArray;
  private final float[][] floats;
  private final short[][] halves;

  HeapPool(MemoryShape shape, int slots, Storage storage) {
    this.shape = shape;
    this.slots = slots;
    long padded = (shape.floats() + (long) MARGIN + LINE - 1) / LINE * LINE;
    this.stride = (int) Math.min(padded, Integer.MAX_VALUE);
    this.slotsPerArray = Math.max(1, Math.min(slots, (ARRAY - FIRST) / stride));
    int arrays = (slots + slotsPerArray - 1) / slotsPerArray;
    this.floats = storage == Storage.FP32 ? new float[arrays][] : null;
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

  /** True if memories are in bf16. */
  boolean half() {
    return halves != null;
  }

  /** The array that holds the live memory in a slot of an fp32 pool, from {@link #at} on. */
  float[] floats(int slot) {
    check(slot);
    int index = slot / slotsPerArray;
    float[] array = floats[index];
    if (array == null) {
      int held = Math.min(slotsPerArray, slots - index * slotsPerArray);
      array = new float[Math.addExact(FIRST, Math.multiplyExact(held, stride))];
      floats[index] = array;
    }
    return array;
  }

  /** Offset of a slot's memory in its array. */
  int at(int slot) {
    return half() ? 0 : FIRST + slot % slotsPerArray * stride;
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

  /** Steps events through a layer of the memory in a slot. */
  void step(CpuKernels kernels, MemoryLayer events, int slot, int layer, int first, int end) {
    int at = shape.offset(layer, 0);
    if (half()) {
      kernels.step(events, halves(slot), at, first, end);
    } else {
      kernels.step(events, floats(slot), at(slot) + at, first, end);
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
      Arrays.fill(floats(slot), at(slot), at(slot) + shape.floats(), 0);
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
      System.arraycopy(floats(slot), at(slot), into, offset, shape.floats());
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
      System.arraycopy(from, offset, floats(slot), at(slot), shape.floats());
    }
  }
}
