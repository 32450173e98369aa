package io.fastweights.operator.metrics;

import java.util.function.LongSupplier;
import org.apache.flink.annotation.Internal;

/** Counters of the cache of memories, for the metrics; see {@link FastWeightMetric}. */
@Internal
public record MemoryCounts(
    LongSupplier slots,
    LongSupplier keys,
    LongSupplier hits,
    LongSupplier misses,
    LongSupplier evictions,
    LongSupplier appends,
    LongSupplier logBytes,
    LongSupplier folds) {}
