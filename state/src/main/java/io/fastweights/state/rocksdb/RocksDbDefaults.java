package io.fastweights.state.rocksdb;

import io.fastweights.state.SizeOption;
import java.util.List;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;

/**
 * RocksDB's options for a job whose state is memories; Flink's own are for small values. Measured
 * by {@code fastweights bench state}.
 *
 * <ul>
 *   <li>A checkpoint flushes what the write buffers hold while the subtask stands still: small
 *       buffers are flushed before, in the background. With only two of them a flush waits for
 *       compactions.
 *   <li>Universal compaction with {@link MemoryCompaction} rewrites a byte less often; checkpoints
 *       copy what compaction writes.
 *   <li>A log is about as large as RocksDB's own blocks of 4 KiB. Larger blocks are fewer, so reads
 *       and compactions have fewer index entries and block cache lookups.
 *   <li>Weights and logs do not compress; trying takes a third of a compaction's time.
 * </ul>
 */
@PublicEvolving
public final class RocksDbDefaults {
  private static final int WRITE_BUFFERS = 16;
  private static final int THREADS = 4;

  private RocksDbDefaults() {}

  /** Sets options that are not set yet. */
  public static void set(Configuration options) {
    SizeOption.setDefault(
        options, RocksDBConfigurableOptions.WRITE_BUFFER_SIZE, MemorySize.ofMebiBytes(4));
    set(options, RocksDBConfigurableOptions.MAX_WRITE_BUFFER_NUMBER, WRITE_BUFFERS);
    SizeOption.setDefault(options, RocksDBConfigurableOptions.BLOCK_SIZE, MemorySize.parse("16kb"));
    set(options, RocksDBConfigurableOptions.MAX_BACKGROUND_THREADS, THREADS);
    set(options, RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
    set(
        options,
        RocksDBConfigurableOptions.COMPRESSION_PER_LEVEL,
        List.of(CompressionType.NO_COMPRESSION));
    if (!options.contains(RocksDBConfigurableOptions.COMPACTION_STYLE)) {
      options.set(RocksDBConfigurableOptions.COMPACTION_STYLE, CompactionStyle.UNIVERSAL);
      set(options, RocksDBOptions.OPTIONS_FACTORY, MemoryCompaction.class.getName());
    }
  }

  private static <T> void set(Configuration options, ConfigOption<T> option, T value) {
    if (!options.contains(option)) {
      options.set(option, value);
    }
  }
}
