package io.fastweights.operator;

import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/** The operator's metrics, in the group {@code fastweights} of the operator. */
final class FastWeightMetrics {
  static final String GROUP = "fastweights";

  private static final int WINDOW = 1024;

  private final Counter observed;
  private final Counter asked;
  private final Counter malformed;
  private final Map<FlushReason, Counter> flushes = new EnumMap<>(FlushReason.class);
  private final Histogram batchSize;
  private final Histogram stepMicros;

  FastWeightMetrics(MetricGroup operator) {
    MetricGroup group = operator.addGroup(GROUP);
    observed = group.counter("observed");
    asked = group.counter("asked");
    malformed = group.counter("malformed");
    for (FlushReason reason : FlushReason.values()) {
      String name = reason.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      flushes.put(reason, group.counter("batches-" + name));
    }
    batchSize = group.histogram("batchSize", new DescriptiveStatisticsHistogram(WINDOW));
    stepMicros = group.histogram("stepMicros", new DescriptiveStatisticsHistogram(WINDOW));
  }

  void observe(HotMemory memory, MetricGroup operator) {
    MetricGroup cache = operator.addGroup(GROUP).addGroup("cache");
    cache.gauge("keys", memory::size);
    cache.gauge("hits", memory::hits);
    cache.gauge("misses", memory::misses);
    cache.gauge("evictions", memory::evictions);
    MetricGroup log = operator.addGroup(GROUP).addGroup("log");
    log.gauge("appends", memory::appends);
    log.gauge("folds", memory::folds);
  }

  void observe(KeyExpiry expiry, MetricGroup operator) {
    MetricGroup ttl = operator.addGroup(GROUP).addGroup("ttl");
    ttl.gauge("expired", expiry::expired);
    ttl.gauge("purged", expiry::purged);
  }

  void event(boolean isObserved) {
    (isObserved ? observed : asked).inc();
  }

  void malformed() {
    malformed.inc();
  }

  void batch(FlushReason reason, int size, long nanos) {
    flushes.get(reason).inc();
    batchSize.update(size);
    stepMicros.update(nanos / 1000);
  }
}
