package io.fastweights.operator.cache;

import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.operator.api.FastWeightOptions;
import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.MemorySize;

/** Number of memories that fit into a cache of a given size in bytes. */
@Internal
public final class CacheSlots {
  /**
   * Bytes of a key beside its memory: itself if it is short, its entry, its lag, its place in the
   * eviction order.
   */
  static final long ENTRY_BYTES = 256;

  /** Bytes of the longest key that is a part of {@link #ENTRY_BYTES}. */
  public static final int SHORT_KEY = 64;

  private static final int MOST = 1 << 26;

  private CacheSlots() {}

  /** As many as fit, but at least the slots of a batch: one for each event, and one to evict. */
  public static int of(MemorySize size, MemoryShape shape, Storage storage, int batchSize) {
    return (int)
        Math.max(batchSize + 1, Math.min(MOST, size.getBytes() / keyBytes(shape, storage)));
  }

  /**
   * Memories on the Java heap: the heap may be too small for the full cache.
   *
   * @param heap its limit, in bytes
   * @return a warning with a remedy; null if the cache fits or is off the heap
   */
  public static String warning(MemoryPool pool, Storage storage, long heap) {
    long bytes = pool.slots() * keyBytes(pool.shape(), storage);
    if (!pool.onHeap() || bytes <= heap) {
      return null;
    }
    return String.format(
        Locale.ROOT,
        "the cache of a subtask may grow to %,d keys of %,d bytes, %,d MiB, on a Java heap of at"
            + " most %,d MiB: the job fails when the heap is full; lower %s or %s, or raise the"
            + " task heap",
        pool.slots(),
        keyBytes(pool.shape(), storage),
        bytes >> 20,
        heap >> 20,
        FastWeightOptions.CACHE_SIZE.key(),
        FastWeightOptions.BATCH_SIZE.key());
  }

  /** Bytes that a short key takes in the cache, with its memory. */
  public static long keyBytes(MemoryShape shape, Storage storage) {
    return (long) storage.bytes() * shape.floats() + ENTRY_BYTES;
  }
}
