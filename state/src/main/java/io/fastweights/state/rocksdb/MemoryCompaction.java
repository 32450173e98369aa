package io.fastweights.state.rocksdb;

import java.util.Collection;
import org.apache.flink.annotation.Internal;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.DBOptions;

/**
 * How RocksDB's universal compaction merges the files of memories and logs: many at a time, so that
 * each byte is rewritten a few times only. What Flink's own options cannot say. A log that is read
 * may then stand in more files, most of which a Bloom filter rules out.
 */
@Internal
public final class MemoryCompaction implements RocksDBOptionsFactory {
  private static final long serialVersionUID = 1L;

  /** Files from which on some are merged; RocksDB's own: 4. */
  private static final int MERGE_FROM = 8;

  /** Files that a merge has at least; RocksDB's own: 2. */
  private static final int LEAST_MERGED = 4;

  /** Per cent by which a file may be larger than those before it and still join their merge. */
  private static final int SIZE_RATIO = 20;

  /**
   * Files from which on writes are slowed down, and stopped. RocksDB's own, 20 and 36, are near.
   */
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
