package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.items.Candidates;
import io.fastweights.kernels.schema.items.Items;

/** The items of events by the hashes of their ids: what was offered, and what was taken. */
final class ItemEvents {
  private final EventFields reader;
  private final RawEvent raw;

  ItemEvents(Schema schema, EventFields reader) {
    this.reader = reader;
    this.raw = schema.newEvent();
  }

  /**
   * The candidates of an event.
   *
   * @return null if it brings none
   * @throws MalformedEventException as the memories do
   */
  long[] candidates(Event event) throws MalformedEventException {
    raw.clear();
    reader.read(event, raw);
    Candidates candidates = raw.candidates();
    return candidates == null ? null : candidates.hashes();
  }

  /** True if the event brings an item that was taken. */
  boolean isTaken(Event event) {
    String id = event.ask() ? null : reader.target(event);
    return id != null && !id.isBlank();
  }

  /** The item that was taken in an event with one. */
  long taken(Event event) {
    return Items.hash(reader.target(event));
  }
}
