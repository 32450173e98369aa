package io.fastweights.operator.cache;

import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.Storage;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.apache.flink.annotation.Internal;

/**
 * The space of a cache: the slots of its pool, and its bytes. Those are of the slots that were used
 * so far, and of the keys with what stands beside them; at most as many as the pool's slots with
 * short keys take.
 */
@Internal
public final class CacheSpace {
  /** No slot. */
  public static final int NONE = -1;

  private final Storage storage;
  private final ToIntFunction<Object> keyLength;
  private long slotBytes;
  private long most;
  private int slots;
  private int used;

  /** A stack of slots that were used and are free. */
  private int[] free = new int[16];

  private int freed;
  private long keyBytes;

  /**
   * @param keyLength bytes of a key
   */
  public CacheSpace(Storage storage, ToIntFunction<Object> keyLength) {
    this.storage = storage;
    this.keyLength = keyLength;
  }

  /** Begins with an empty pool. */
  public void use(MemoryPool pool) {
    long each = CacheSlots.keyBytes(pool.shape(), storage);
    slotBytes = each - CacheSlots.ENTRY_BYTES;
    slots = pool.slots();
    most = slots * each;
    used = 0;
    freed = 0;
    keyBytes = 0;
  }

  /** Bytes of a key and of what stands beside its memory. */
  public long bytes(Object key) {
    return CacheSlots.ENTRY_BYTES + Math.max(0, keyLength.applyAsInt(key) - CacheSlots.SHORT_KEY);
  }

  /** True if a key of this many bytes fits beside the others; the pool may have no slot for it. */
  public boolean fits(long bytes) {
    boolean inNewSlot = freed == 0 && used < slots;
    return (used + (inNewSlot ? 1 : 0)) * slotBytes + keyBytes + bytes <= most;
  }

  /** Counts a key of so many {@link #bytes}. */
  public void add(long bytes) {
    keyBytes += bytes;
  }

  /** A key of so many bytes is gone; its slot may be used still. */
  public void remove(long bytes) {
    keyBytes -= bytes;
  }

  /** A free slot; {@link #NONE} if there is none. */
  public int takeSlot() {
    if (freed > 0) {
      return free[--freed];
    }
    return used < slots ? used++ : NONE;
  }

  /** A slot is used no more. */
  public void free(int slot) {
    if (freed == free.length) {
      free = Arrays.copyOf(free, 2 * freed);
    }
    free[freed++] = slot;
  }
}
