package io.fastweights.operator.runtime;

import io.fastweights.kernels.schema.EncodedEvent;

/** An event that waits for its batch. Reused from batch to batch. */
final class Pending<T> {
  T value;
  Object key;
  EncodedEvent event;

  /** What an ask and its observe have in common; null where there is none. */
  String id;

  boolean hasTimestamp;
  long timestamp;

  /** Row in the batch, or -1 if it was refused. */
  int row;

  /** Events that its key had learned before it. */
  long seen;

  /** What its key's memory is multiplied by before it. */
  float fade;

  /** Segment of its key in the batch. */
  int segment;

  /** Why it was refused; null if it was not. */
  String refusal;

  void clear() {
    value = null;
    key = null;
    event = null;
    id = null;
    refusal = null;
  }
}
