package io.fastweights.operator;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Every metric of the operator and of those beside it: its name in the group {@code fastweights},
 * what Flink makes of it, and what it says. The table in docs/metrics.md is made of these.
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
  BATCHES_REFRESH(Kind.COUNTER, "batches-refresh", "Batches stepped because new weights followed."),
  BATCHES_END_OF_INPUT(
      Kind.COUNTER, "batches-end-of-input", "Batches stepped because the input had ended."),
  BATCH_SIZE(Kind.HISTOGRAM, "batchSize", "Events of a batch."),
  STEP_MICROS(
      Kind.HISTOGRAM,
      "stepMicros",
      "Microseconds that the task spent in the engine for a batch, or waited for it."),
  FLUSH_MICROS(
      Kind.HISTOGRAM,
      "flushMicros",
      "Microseconds for a batch in all: loading memories, the engine, and emitting downstream, which"
          + " grows with backpressure."),
  RECALL_ERROR(
      Kind.HISTOGRAM,
      "recallErrorThousandths",
      "Recall error of an event times 1000: how surprising it was to its key's memory."),
  ENGINE_FALLBACK(
      Kind.GAUGE,
      "engine.fallback",
      "1 if the engine stands in for a faster one that failed its self-check, else 0; the log has the"
          + " reason."),
  CACHE_SLOTS(Kind.GAUGE, "cache.slots", "Memories that the engine's pool has room for."),
  CACHE_KEYS(Kind.GAUGE, "cache.keys", "Memories in the engine's pool."),
  CACHE_HITS(Kind.GAUGE, "cache.hits", "Events whose memory was in the pool."),
  CACHE_MISSES(
      Kind.GAUGE, "cache.misses", "Events whose memory was loaded from state, or was a new key's."),
  CACHE_EVICTIONS(Kind.GAUGE, "cache.evictions", "Memories that gave up their slot to another."),
  LOG_APPENDS(Kind.GAUGE, "log.appends", "Chunks appended to the logs of keys."),
  LOG_BYTES(
      Kind.GAUGE,
      "log.bytes",
      "Bytes of keys and deltas, or values, appended to the logs of keys."),
  LOG_FOLDS(Kind.GAUGE, "log.folds", "Logs folded into a new base, which writes a whole memory."),
  TTL_EXPIRED(Kind.GAUGE, "ttl.expired", "Keys that had died when their next event came."),
  TTL_PURGED(Kind.GAUGE, "ttl.purged", "Dead keys whose memories were taken from state."),
  MODEL_VERSION(
      Kind.GAUGE, "model.version", "Version of the weights that serve; 0 for the job's own."),
  MODEL_REFRESHES(Kind.GAUGE, "model.refreshes", "How often weights were exchanged."),

  MODELS_ACCEPTED(
      Place.MODELS, Kind.COUNTER, "models.accepted", "New weights that were sound and sent on."),
  MODELS_REFUSED(
      Place.MODELS,
      Kind.COUNTER,
      "models.refused",
      "New weights that were not taken; the side output has them with the reasons."),

  LATE(
      Place.EVENT_TIME,
      Kind.COUNTER,
      "late",
      "Events behind the watermark by more than the allowed lateness; they go to the side output"
          + " late."),

  LOG_LOSS(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.logLoss",
      "Classes, true or false: mean logarithmic loss, in nats."),
  LOG_LOSS_FADED(Place.SCORES, Kind.GAUGE, "prequential.logLossFaded", "The same, faded."),
  LOG_LOSS_WINDOW(Place.SCORES, Kind.GAUGE, "prequential.logLossWindow", "... of the window."),
  ACCURACY(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.accuracy",
      "Classes, true or false: share of the most probable that came true."),
  ACCURACY_FADED(Place.SCORES, Kind.GAUGE, "prequential.accuracyFaded", "The same, faded."),
  ACCURACY_WINDOW(Place.SCORES, Kind.GAUGE, "prequential.accuracyWindow", "... of the window."),
  AUC_WINDOW(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.aucWindow",
      "True or false: area under the ROC curve of the window."),
  CALIBRATION_ERROR_WINDOW(
      Place.SCORES,
      Kind.GAUGE,
      "prequential.calibrationErrorWindow",
      "Classes, true or false: expected calibration error of the window, ten bins."),
  ABSOLUTE_ERROR(
      Place.SCORES, Kind.GAUGE, "prequential.absoluteError", "Numbers: mean absolute error."),
  ABSOLUTE_ERROR_FADED(
      Place.SCORES, Kind.GAUGE, "prequential.absoluteErrorFaded", "The same, faded."),
  ABSOLUTE_ERROR_WINDOW(
      Place.SCORES, Kind.GAUGE, "prequential.absoluteErrorWindow", "... of the window."),
  MEAN_RECALL_ERROR(
      Place.SCORES, Kind.GAUGE, "prequential.recallError", "Mean recall error of observed events."),
  MEAN_RECALL_ERROR_FADED(
      Place.SCORES, Kind.GAUGE, "prequential.recallErrorFaded", "The same, faded."),
  MEAN_RECALL_ERROR_WINDOW(
      Place.SCORES, Kind.GAUGE, "prequential.recallErrorWindow", "... of the window."),
  LABELS_ANSWERED(
      Place.SCORES,
      Kind.COUNTER,
      "labels.answered",
      "Observed events that answered an earlier ask."),
  LABELS_UNASKED(
      Place.SCORES,
      Kind.COUNTER,
      "labels.unasked",
      "Observed events scored by their own prediction."),
  LABELS_UNANSWERED(
      Place.SCORES, Kind.COUNTER, "labels.unanswered", "Asks forgotten before their label came."),
  DRIFTS(
      Place.SCORES,
      Kind.COUNTER,
      "drifts",
      "Changes of the loss or the recall error that were found.");

  private static final String PROMETHEUS =
      "flink_taskmanager_job_task_operator_" + FastWeightMetrics.GROUP + "_";

  /** Which operator has a metric. */
  enum Place {
    /** The one that keeps the memories. */
    MEMORIES,
    /** The one that checks new weights. */
    MODELS,
    /** The one in front of it, in event time. */
    EVENT_TIME,
    /** The one behind it, where predictions are scored. */
    SCORES
  }

  /** What Flink makes of a metric. */
  enum Kind {
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
  static List<FastWeightMetric> of(Place place) {
    return Arrays.stream(values()).filter(metric -> metric.place == place).toList();
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
