package io.fastweights.operator.runtime;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.Model;
import io.fastweights.operator.cache.HotKey;
import io.fastweights.operator.cache.LogFormat;
import io.fastweights.operator.metrics.FlushReason;

/**
 * A batch from its first event to its last answer. It collects events, is stepped by the engine,
 * and answers; then it is used again.
 */
final class InFlightBatch<T> {
  final Batcher<T> events;
  final EventBatch batch;

  /** The key of each segment of the batch. */
  final HotKey[] keys;

  /** Submitted, and so to be completed; else stepped. */
  boolean handedOver;

  /** Why its step began. */
  FlushReason reason;

  /** Nanoseconds that the task spent on it. */
  long nanos;

  /**
   * @param embeddings whether the hidden vectors are answered too
   */
  InFlightBatch(Model model, int batchSize, boolean embeddings) {
    events = new Batcher<>(batchSize);
    batch = new EventBatch(model, batchSize);
    batch.want(embeddings, !new LogFormat(model).ofValues());
    keys = new HotKey[batchSize];
  }
}
