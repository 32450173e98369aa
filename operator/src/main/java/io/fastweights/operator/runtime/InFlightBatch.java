package io.fastweights.operator.runtime;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.Model;
import io.fastweights.operator.cache.HotKey;
import io.fastweights.operator.cache.LogFormat;
import io.fastweights.operator.metrics.FlushReason;

/**
 * A batch from its first event to its last answer. It collects events, is executed by the engine
 * and emits results; then it is reused.
 */
final class InFlightBatch<T> {
  final Batcher<T> events;
  final EventBatch batch;

  /** The key of each segment of the batch. */
  final HotKey[] keys;

  /** True if submitted and to be completed; false if executed synchronously. */
  boolean handedOver;

  /** Reason for executing the batch. */
  FlushReason reason;

  /** Nanoseconds that the task spent on it. */
  long nanos;

  /**
   * @param embeddings true if results include the hidden vectors
   */
  InFlightBatch(Model model, int batchSize, boolean embeddings) {
    events = new Batcher<>(batchSize);
    batch = new EventBatch(model, batchSize);
    batch.want(embeddings, !new LogFormat(model).ofValues());
    keys = new HotKey[batchSize];
  }
}
