package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeapPoolTest {
  private static final int SLOTS = 7;

  /** Several slots per array, and more than one array. */
  private static final MemoryShape SHAPE = new MemoryShape(1, 1, 10_001, 63);

  @Test
  void slotsOfOneArrayAndOfSeveralHoldTheirOwnMemories() {
    HeapPool pool = new HeapPool(SHAPE, SLOTS, Storage.FP32);
    assertThat(pool.floats(0)).isSameAs(pool.floats(1)).isNotSameAs(pool.floats(SLOTS - 1));
    float[] memory = new float[SHAPE.floats()];
    for (int slot = 0; slot < SLOTS; slot++) {
      Arrays.fill(memory, slot + 1);
      pool.write(slot, memory, 0);
    }
    pool.zero(2);
    for (int slot = 0; slot < SLOTS; slot++) {
      pool.read(slot, memory, 0);
      float expected = slot == 2 ? 0 : slot + 1;
      assertThat(memory[0]).as("slot %d, first", slot).isEqualTo(expected);
      assertThat(memory[memory.length - 1]).as("slot %d, last", slot).isEqualTo(expected);
    }
  }

  /** A vector that extends over a slot's end is written back; another thread may write the next. */
  @Test
  void aSlotHasAMarginOfItsOwn() {
    HeapPool pool = new HeapPool(SHAPE, SLOTS, Storage.FP32);
    for (int slot = 0; slot < SLOTS; slot++) {
      int end = pool.at(slot) + SHAPE.floats() + HeapPool.MARGIN;
      boolean last = slot == SLOTS - 1 || pool.floats(slot + 1) != pool.floats(slot);
      int limit = last ? pool.floats(slot).length : pool.at(slot + 1);
      assertThat(end).as("end of slot %d", slot).isLessThanOrEqualTo(limit);
    }
  }
}
