package io.fastweights.operator.metrics;

import io.fastweights.kernels.EngineChoice;
import io.fastweights.kernels.engine.Engine;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.flink.annotation.Internal;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.MeterView;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/** Registers and keeps the metrics that {@link FastWeightMetric} names. */
@Internal
public final class FastWeightMetrics {
  public static final String GROUP = "fastweights";

  private static final int WINDOW = 1024;

  private final MetricGroup group;
  private final Counter observed;
  private final Counter asked;
  private final Meter events;
  private final Counter malformed;
  private final Counter overflowed;
  private final Counter forgotten;
  private final Map<FlushReason, Counter> flushes = new EnumMap<>(FlushReason.class);
  private final Histogram batchSize;
  private final Histogram stepMicros;
  private final Histogram flushMicros;
  private final Histogram recallError;
  private volatile boolean fallback;

  public FastWeightMetrics(MetricGroup operator) {
    group = operator.addGroup(GROUP);
    observed = counter(FastWeightMetric.OBSERVED);
    asked = counter(FastWeightMetric.ASKED);
    events = group.meter(FastWeightMetric.EVENTS_PER_SECOND.path(), new MeterView(60));
    malformed = counter(FastWeightMetric.MALFORMED);
    overflowed = counter(FastWeightMetric.OVERFLOWED);
    forgotten = counter(FastWeightMetric.FORGOTTEN);
    for (FlushReason reason : FlushReason.values()) {
      flushes.put(reason, counter(FastWeightMetric.batches(reason)));
    }
    batchSize = histogram(FastWeightMetric.BATCH_SIZE);
    stepMicros = histogram(FastWeightMetric.STEP_MICROS);
    flushMicros = histogram(FastWeightMetric.FLUSH_MICROS);
    recallError = histogram(FastWeightMetric.RECALL_ERROR);
    gauge(FastWeightMetric.ENGINE_FALLBACK, () -> fallback ? 1 : 0);
  }

  private Counter counter(FastWeightMetric metric) {
    return group.counter(metric.path());
  }

  private Histogram histogram(FastWeightMetric metric) {
    return group.histogram(metric.path(), new DescriptiveStatisticsHistogram(WINDOW));
  }

  /** Records whether the chosen engine is a fallback; returns the engine. */
  public Engine chosen(EngineChoice choice) {
    fallback = choice.fallback();
    return choice.engine();
  }

  /** The engine, with the time that is spent in it. */
  public Engine timed(Engine engine) {
    return new TimedEngine(engine, stepMicros);
  }

  /** Registers gauges for the counters of the cache of memories. */
  public void observe(MemoryCounts counts) {
    gauge(FastWeightMetric.CACHE_SLOTS, counts.slots());
    gauge(FastWeightMetric.CACHE_KEYS, counts.keys());
    gauge(FastWeightMetric.CACHE_HITS, counts.hits());
    gauge(FastWeightMetric.CACHE_MISSES, counts.misses());
    gauge(FastWeightMetric.CACHE_EVICTIONS, counts.evictions());
    gauge(FastWeightMetric.LOG_APPENDS, counts.appends());
    gauge(FastWeightMetric.LOG_BYTES, counts.logBytes());
    gauge(FastWeightMetric.LOG_FOLDS, counts.folds());
  }

  /** Registers a gauge of a count that its owner keeps. */
  public void gauge(FastWeightMetric metric, LongSupplier value) {
    String[] path = metric.path().split("\\.");
    group.addGroup(path[0]).gauge(path[1], (Gauge<Long>) value::getAsLong);
  }

  public void event(boolean isObserved, float recall) {
    (isObserved ? observed : asked).inc();
    events.markEvent();
    if (!Float.isNaN(recall)) {
      recallError.update((long) (1000 * recall));
    }
  }

  public void malformed() {
    malformed.inc();
  }

  /** Beside {@link #malformed}, which counts the event too. */
  public void overflowed() {
    overflowed.inc();
  }

  /** Counts an event that emptied its key's memory. */
  public void forgotten() {
    forgotten.inc();
  }

  /**
   * @param nanos from loading the first memory to emitting the last result
   */
  public void batch(FlushReason reason, int size, long nanos) {
    flushes.get(reason).inc();
    batchSize.update(size);
    flushMicros.update(nanos / 1000);
  }
}
