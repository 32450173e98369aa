package io.fastweights.operator;

import java.util.Locale;

/**
 * Every metric of the operator: its name in the group {@code fastweights}, what Flink makes of it,
 * and what it says. The table in docs/metrics.md is made of these.
 */
enum FastWeightMetric {
  OBSERVED(Kind.COUNTER, "observed", "Events that were predicted and then learned."),
  ASKED(Kind.COUNTER, "asked", "Events that were predicted only."),
  EVENTS_PER_SECOND(
      Kind.METER, "eventsPerSecond", "Events observed and asked, as the rate of the last minute."),
  MALFORMED(
      Kind.COUNTER,
      "malformed",
      "Elements that could not be taken; the side output has them with the reasons."),
  BATCHES_SIZE(Kind.COUNTER, "batches-size", "Batches stepped because they were full."),
  BATCHES_LINGER(
      Kind.COUNTER, "batches-linger", "Batches stepped because the first event had waited enough."),
  BATCHES_WATERMARK(
      Kind.COUNTER, "batches-watermark", "Batches stepped because a watermark followed."),
  BATCHES_BARRIER(
      Kind.COUNTER, "batches-barrier", "Batches stepped because a checkpoint barrier followed."),
  BATCHES_END_OF_INPUT(
      Kind.COUNTER, "batches-end-of-input", "Batches stepped because the input had ended."),
  BATCH_SIZE(Kind.HISTOGRAM, "batchSize", "Events of a batch."),
  STEP_MICROS(
      Kind.HISTOGRAM, "stepMicros", "Microseconds that the task spent in the engine for a batch."),
  FLUSH_MICROS(
      Kind.HISTOGRAM,
      "flushMicros",
      "Microseconds for a batch in all: loading memories, the engine, and emitting downstream, which"
          + " grows with backpressure."),
  RECALL_ERROR(
      Kind.HISTOGRAM,
      "recallErrorThousandths",
      "Recall error of an event times 1000: how surprising it was to its key's memory."),
  CACHE_SLOTS(Kind.GAUGE, "cache.slots", "Memories that the engine's pool has room for."),
  CACHE_KEYS(Kind.GAUGE, "cache.keys", "Memories in the engine's pool."),
  CACHE_HITS(Kind.GAUGE, "cache.hits", "Events whose memory was in the pool."),
  CACHE_MISSES(
      Kind.GAUGE, "cache.misses", "Events whose memory was loaded from state, or was a new key's."),
  CACHE_EVICTIONS(Kind.GAUGE, "cache.evictions", "Memories that gave up their slot to another."),
  LOG_APPENDS(Kind.GAUGE, "log.appends", "Chunks appended to the logs of keys."),
  LOG_BYTES(Kind.GAUGE, "log.bytes", "Bytes of keys and deltas appended to the logs of keys."),
  LOG_FOLDS(Kind.GAUGE, "log.folds", "Logs folded into a new base, which writes a whole memory."),
  TTL_EXPIRED(Kind.GAUGE, "ttl.expired", "Keys that had died when their next event came."),
  TTL_PURGED(Kind.GAUGE, "ttl.purged", "Dead keys whose memories were taken from state.");

  /** The group of all of them, below the operator's own. */
  static final String GROUP = "fastweights";

  private static final String PROMETHEUS = "flink_taskmanager_job_task_operator_" + GROUP + "_";

  /** What Flink makes of a metric. */
  enum Kind {
    COUNTER,
    METER,
    GAUGE,
    HISTOGRAM
  }

  private final Kind kind;
  private final String path;
  private final String description;

  FastWeightMetric(Kind kind, String path, String description) {
    this.kind = kind;
    this.path = path;
    this.description = description;
  }

  static FastWeightMetric batches(FlushReason reason) {
    return valueOf("BATCHES_" + reason.name());
  }

  Kind kind() {
    return kind;
  }

  /** Its name behind the group, with the sub-group's name and a dot before it where it has one. */
  String path() {
    return path;
  }

  String description() {
    return description;
  }

  /** Its name in Flink's Prometheus reporter; a histogram has a sample for each quantile. */
  String prometheus() {
    return PROMETHEUS + path.replaceAll("[^a-zA-Z0-9:_]", "_");
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + path;
  }
}
