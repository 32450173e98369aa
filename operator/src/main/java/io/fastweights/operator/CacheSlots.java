package io.fastweights.operator;

import io.fastweights.kernels.engine.EngineOptions.Storage;
import io.fastweights.kernels.model.MemoryShape;
import org.apache.flink.configuration.MemorySize;

/** How many memories a cache of so many bytes keeps ready. */
final class CacheSlots {
  /** What a key takes beside its memory: its entry, its lag, its place in the order of eviction. */
  private static final long ENTRY_BYTES = 256;

  private static final int MOST = 1 << 26;

  private CacheSlots() {}

  /** As many as fit, and never fewer than a batch needs: one for each event, and one to evict. */
  static int of(MemorySize size, MemoryShape shape, Storage storage, int batchSize) {
    return (int)
        Math.max(batchSize + 1, Math.min(MOST, size.getBytes() / keyBytes(shape, storage)));
  }

  /** Bytes that a key takes in the cache. */
  static long keyBytes(MemoryShape shape, Storage storage) {
    return (long) storage.bytes() * shape.floats() + ENTRY_BYTES;
  }
}
