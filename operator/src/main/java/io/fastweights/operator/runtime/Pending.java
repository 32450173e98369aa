package io.fastweights.operator.runtime;

import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.items.Candidates;

/** An event that waits for its batch. Reused from batch to batch. */
final class Pending<T> {
  /** Takes the encoded event; reused as this is. */
  final EncodedEvent encoded = new EncodedEvent();

  T value;
  Object key;

  /** {@link #encoded}, or the event that its key's statistics made of it. */
  EncodedEvent event;

  /** Id that joins an ask with its observe; null if there is none. */
  String id;

  /** Items to rank; null for those of the catalogue, or none. */
  Candidates candidates;

  /** Id of the item that was taken; null unless it is known. */
  String item;

  boolean hasTimestamp;
  long timestamp;

  /** Row in the batch, or -1 if it was refused. */
  int row;

  /** Events that its key had learned before it. */
  long seen;

  /** Factor that the key's memory is multiplied by before the event. */
  float fade;

  /** Segment of its key in the batch. */
  int segment;

  /** Reason of the refusal; null if the event was not refused. */
  String refusal;

  void clear() {
    value = null;
    key = null;
    event = null;
    id = null;
    candidates = null;
    item = null;
    refusal = null;
  }
}
