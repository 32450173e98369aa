package io.fastweights.jobs.pipeline;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;

/**
 * RocksDB's options for memories. A checkpoint flushes what the write buffers hold while the
 * subtask stands still: small buffers are flushed before, in the background, and where there are
 * only two of them a flush waits for compactions.
 */
public final class RocksDb {
  private RocksDb() {}

  /** Sets what the options do not say. */
  public static void setDefaults(Configuration options) {
    setDefault(options, RocksDBConfigurableOptions.WRITE_BUFFER_SIZE, MemorySize.ofMebiBytes(8));
    setDefault(options, RocksDBConfigurableOptions.MAX_WRITE_BUFFER_NUMBER, 8);
    setDefault(options, RocksDBConfigurableOptions.MAX_BACKGROUND_THREADS, 4);
    setDefault(options, RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
  }

  private static <T> void setDefault(Configuration options, ConfigOption<T> option, T value) {
    if (!options.contains(option)) {
      options.set(option, value);
    }
  }
}
