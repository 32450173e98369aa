package io.fastweights.operator.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.flink.annotation.Internal;

/**
 * Every metric of the operator and of those beside it: its name in the group {@code fastweights},
 * Flink's type and the description. The table in docs/metrics.md is generated from these.
 */
@Internal
public enum FastWeightMetric {
  OBSERVED(Kind.COUNTER, "observed", "Events predicted and then learned."),
  ASKED(Kind.COUNTER, "asked", "Events predicted only."),
  EVENTS_PER_SECOND(
      Kind.METER, "eventsPerSecond", "Rate of observed and asked events over the last minute."),
  MALFORMED(
      Kind.COUNTER,
      "malformed",
      "Events that could not be processed. The side output holds each with its reason."),
  OVERFLOWED(
      Kind.COUNTER,
      "overflowed",
      "Malformed events whose update or prediction left the range of floats."),
  FORGOTTEN(
      Kind.COUNTER, "forgotten", "Events that emptied the memory of their key, if it had one."),
  BATCHES_SIZE(Kind.COUNTER, "batches-size", "Batches flushed because they were full."),
  BATCHES_LINGER(
      Kind.COUNTER,
      "batches-linger",
      "Batches flushed because the linger of the first event had passed."),
  BATCHES_WATERMARK(Kind.COUNTER, "batches-watermark", "Batches flushed before a watermark."),
  BATCHES_BARRIER(Kind.COUNTER, "batches-barrier", "Batches flushed before a checkpoint barrier."),
  BATCHES_REFRESH(
      Kind.COUNTER, "batches-refresh", "Batches flushed before an exchange of weights."),
  BATCHES_FORGET(Kind.COUNTER, "batches-forget", "Batches flushed before a key was forgotten."),
  BATCHES_END_OF_INPUT(
      Kind.COUNTER, "batches-end-of-input", "Batches flushed at the end of the input."),
  BATCH_SIZE(Kind.HISTOGRAM, "batchSize", "Number of events in a batch."),
  STEP_MICROS(
      Kind.HISTOGRAM,
      "stepMicros",
      "Microseconds that the task spent in the engine for a batch, or waited for it."),
  FLUSH_MICROS(
      Kind.HISTOGRAM,
      "flushMicros",
      "Microseconds of a batch from loading its memories to emitting its predictions."
          + " Backpressure increases it."),
  RECALL_ERROR(
      Kind.HISTOGRAM,
      "recallErrorThousandths",
      "Recall error of an event times 1000: how surprising the event was to its key's"
          + " memory."),
  ENGINE_FALLBACK(
      Kind.GAUGE,
      "engine.fallback",
      "1 if the engine replaces a faster one that failed its self-check, else 0. The log has the"
          + " reason."),
  CACHE_SLOTS(Kind.GAUGE, "cache.slots", "Capacity of the cache, in memories."),
  CACHE_KEYS(Kind.GAUGE, "cache.keys", "Memories in the cache."),
  CACHE_HITS(Kind.GAUGE, "cache.hits", "Events whose memory was in the cache."),
  CACHE_MISSES(
      Kind.GAUGE,
      "cache.misses",
      "Events whose memory was read from state or belonged to a new key."),
  CACHE_EVICTIONS(Kind.GAUGE, "cache.evictions", "Memories evicted from the cache."),
  LOG_APPENDS(Kind.GAUGE, "log.appends", "Chunks appended to the logs of keys."),
  LOG_BYTES(Kind.GAUGE, "log.bytes", "Bytes appended to the logs of keys."),
  LOG_FOLDS(
      Kind.GAUGE, "log.folds", "Logs folded into a new base. A fold writes the whole memory."),
  TTL_EXPIRED(Kind.GAUGE, "ttl.expired", "Keys that had expired when their next event arrived."),
  TTL_PURGED(Kind.GAUGE, "ttl.purged", "Expired keys removed from state."),
  MODEL_VERSION(
      Kind.GAUGE,
      "model.version",
      "Version of the weights in use; 0 for those that the job was built with."),
  MODEL_REFRESHES(Kind.GAUGE, "model.refreshes", "Number of exchanges of weights."),

  MODELS_ACCEPTED(
      Place.MODELS,
      Kind.COUNTER,
      "models.accepted",
      "Model updates that passed the checks and were distributed."),
  MODELS_REFUSED(
      Place.MODELS,
      Kind.COUNTER,
      "models.refused",
      "Model updates that were refused. The side output holds each with its reason."),

  LATE(
      Place.EVENT_TIME,
      Kind.COUNTER,
      "late",
      "Events behind the watermark by more than the allowed lateness. They go to the"
          + " late side output."),
  WAITING(
      Place.EVENT_TIME,
      Kind.GAUGE,
      "waiting",
      "Events in state that wait for the watermark. After a change of the parallelism those"
          + " from before it are not counted."),
  WAITING_MILLIS(
      Place.EVENT_TIME,
      Kind.GAUGE,
      "waitingMillis",
      "Milliseconds since the last watermark while events wait, else 0."),

  LOG_LOSS(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.logLoss",
      "Class and binary targets: mean logarithmic loss, in nats."),
  LOG_LOSS_FADED(Place.SCORES, Kind.GAUGE, "prequential.logLossFaded", "The same, faded."),
  LOG_LOSS_WINDOW(
      Place.SCORES, Kind.GAUGE, "prequential.logLossWindow", "The same, over the window."),
  ACCURACY(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.accuracy",
      "Class and binary targets: share of events whose most probable class was the" + " label."),
  ACCURACY_FADED(Place.SCORES, Kind.GAUGE, "prequential.accuracyFaded", "The same, faded."),
  ACCURACY_WINDOW(
      Place.SCORES, Kind.GAUGE, "prequential.accuracyWindow", "The same, over the window."),
  AUC_WINDOW(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.aucWindow",
      "Binary targets: area under the ROC curve over the window."),
  CALIBRATION_ERROR_WINDOW(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.calibrationErrorWindow",
      "Class and binary targets: expected calibration error over the window, in ten" + " bins."),
  ABSOLUTE_ERROR(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.absoluteError",
      "Numeric targets: mean absolute error."),
  ABSOLUTE_ERROR_FADED(
      Place.SCORES, Kind.GAUGE, "prequential.absoluteErrorFaded", "The same, faded."),
  ABSOLUTE_ERROR_WINDOW(
      Place.SCORES, Kind.GAUGE, "prequential.absoluteErrorWindow", "The same, over the window."),
  RECIPROCAL_RANK(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.reciprocalRank",
      "Targets that are items: mean of one over the place in the ranking of the item that was taken"
          + " (MRR), 0 beyond it."),
  RECIPROCAL_RANK_FADED(
      Place.SCORES, Kind.GAUGE, "prequential.reciprocalRankFaded", "The same, faded."),
  RECIPROCAL_RANK_WINDOW(
      Place.SCORES, Kind.GAUGE, "prequential.reciprocalRankWindow", "The same, over the window."),
  RECALL_AT_K(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.recallAtK",
      "Targets that are items: share of events whose item was in the ranking."),
  RECALL_AT_K_FADED(Place.SCORES, Kind.GAUGE, "prequential.recallAtKFaded", "The same, faded."),
  RECALL_AT_K_WINDOW(
      Place.SCORES, Kind.GAUGE, "prequential.recallAtKWindow", "The same, over the window."),
  MEAN_RECALL_ERROR(
      Place.SCORES, Kind.GAUGE, "prequential.recallError", "Mean recall error of observed events."),
  MEAN_RECALL_ERROR_FADED(
      Place.SCORES, Kind.GAUGE, "prequential.recallErrorFaded", "The same, faded."),
  MEAN_RECALL_ERROR_WINDOW(
      Place.SCORES, Kind.GAUGE, "prequential.recallErrorWindow", "The same, over the window."),
  ADVANTAGE(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.advantage",
      "Mean loss of the best baseline less that of the predictions, since the job's start: negative"
          + " where a trivial rule is better. In jobs of the command line; NaN in others."),
  LABELS_ANSWERED(
      Place.SCORES,
      Kind.COUNTER,
      "labels.answered",
      "Observed events that carried the label of an earlier ask."),
  LABELS_UNASKED(
      Place.SCORES,
      Kind.COUNTER,
      "labels.unasked",
      "Observed events scored by their own prediction."),
  LABELS_UNANSWERED(
      Place.SCORES,
      Kind.COUNTER,
      "labels.unanswered",
      "Asks whose label did not arrive within the labels' time to live."),
  DRIFTS(
      Place.SCORES,
      Kind.COUNTER,
      "drifts",
      "Rises of the loss or of the recall error found by the drift detector: predictions have become"
          + " worse."),
  IMPROVEMENTS(
      Place.SCORES,
      Kind.COUNTER,
      "improvements",
      "Falls of the loss or of the recall error found by the drift detector: learning, or the end"
          + " of a drift."),

  ANOMALIES(
      Place.ANOMALIES,
      Kind.COUNTER,
      "anomalies",
      "Alarms: observed events whose error was rated above the bar of their key."),
  ANOMALIES_RATED(
      Place.ANOMALIES, Kind.COUNTER, "anomaliesRated", "Observed events whose error was rated.");

  private static final String PROMETHEUS =
      "flink_taskmanager_job_task_operator_" + FastWeightMetrics.GROUP + "_";

  /** Operator that registers a metric. */
  public enum Place {
    /** The one that keeps the memories. */
    MEMORIES,
    /** The one that checks new weights. */
    MODELS,
    /** The one in front of it, in event time. */
    EVENT_TIME,
    /** The one behind it, where predictions are scored. */
    SCORES,
    /** The one behind it, where errors are rated. */
    ANOMALIES
  }

  /** Flink's type of a metric. */
  public enum Kind {
    COUNTER,
    METER,
    GAUGE,
    HISTOGRAM
  }

  private final Place place;
  private final Kind kind;
  private final String path;
  private final String description;

  FastWeightMetric(Kind kind, String path, String description) {
    this(Place.MEMORIES, kind, path, description);
  }

  FastWeightMetric(Place place, Kind kind, String path, String description) {
    this.place = place;
    this.kind = kind;
    this.path = path;
    this.description = description;
  }

  static FastWeightMetric batches(FlushReason reason) {
    return valueOf("BATCHES_" + reason.name());
  }

  /** The metrics of one operator, in the order of the documentation. */
  public static List<FastWeightMetric> of(Place place) {
    return Arrays.stream(values()).filter(metric -> metric.place == place).toList();
  }

  Kind kind() {
    return kind;
  }

  /** Its name behind the group, with the sub-group's name and a dot before it where it has one. */
  public String path() {
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
