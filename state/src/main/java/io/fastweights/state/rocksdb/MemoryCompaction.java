package io.fastweights.state.rocksdb;

import java.util.Collection;
import org.apache.flink.annotation.Internal;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.DBOptions;

/**
 * Options of RocksDB's universal compaction that Flink's own do not cover. It merges many files of
 * memories and logs at a time, so each byte is rewritten only a few times. A log may then be spread
 * over more files; a Bloom filter rules most of them out.
 */
@Internal
public final class MemoryCompaction implements RocksDBOptionsFactory {
  private static final long serialVersionUID = 1L;

  /** Number of files that triggers a merge; RocksDB's own: 4. */
  private static final int MERGE_FROM = 8;

  /** Fewest files of a merge; RocksDB's own: 2. */
  private static final int LEAST_MERGED = 4;

  /** Per cent by which a file may exceed those before it and still join their merge. */
  private static final int SIZE_RATIO = 20;

  /** Numbers of files that slow writes down, and stop them. RocksDB's own, 20 and 36, are near. */
  private static final int SLOW_FROM = 40;

  private static final int STOP_AT = 60;

  @Override
  public DBOptions createDBOptions(DBOptions options, Collection<AutoCloseable> toClose) {
    return options;
  }

  @Override
  public ColumnFamilyOptions createColumnOptions(
      ColumnFamilyOptions options, Collection<AutoCloseable> toClose) {
    CompactionOptionsUniversal universal =
        new CompactionOptionsUniversal().setMinMergeWidth(LEAST_MERGED).setSizeRatio(SIZE_RATIO);
    toClose.add(universal);
    return options
        .setCompactionOptionsUniversal(universal)
        .setLevel0FileNumCompactionTrigger(MERGE_FROM)
        .setLevel0SlowdownWritesTrigger(SLOW_FROM)
        .setLevel0StopWritesTrigger(STOP_AT);
  }
}
