package io.fastweights.operator.runtime;

import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.items.Candidates;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.model.EventModel;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads records by the user's reader and encodes them for the model. */
final class EventIntake<T> {
  private static final Logger LOG = LoggerFactory.getLogger(EventIntake.class);

  private final EventReader<T> reader;
  private final EventModel model;
  private final EventTimes times;
  private final RawEvent event;
  private Candidates candidates;
  private String item;

  EventIntake(EventReader<T> reader, EventModel model, EventTimes times) {
    this.reader = reader;
    this.model = model;
    this.times = times;
    this.event = model.newEvent();
  }

  /**
   * Reads a record.
   *
   * @param into takes the encoded event, unless it {@linkplain #forgets forgets} its key
   * @throws MalformedEventException if the reader fails, or the model cannot take the event
   */
  void read(StreamRecord<T> element, EncodedEvent into) throws MalformedEventException {
    event.clear();
    times.begin(element, event);
    try {
      reader.read(element.getValue(), event);
    } catch (RuntimeException e) {
      LOG.debug("the event reader failed", e);
      throw new MalformedEventException("the event reader failed: " + e);
    }
    if (event.forgets()) {
      return;
    }
    times.check(event);
    model.encode(event, into);
    candidates = model.candidates(event);
    item = model.item(event);
  }

  /** True if the event read last empties the memory of its key. */
  boolean forgets() {
    return event.forgets();
  }

  /** The id of the event read last, or null. */
  String id() {
    return event.id();
  }

  /** The items that the answer to the event read last ranks, see {@link EventModel#candidates}. */
  Candidates candidates() {
    return candidates;
  }

  /** The item that was taken in the event read last, see {@link EventModel#item}. */
  String item() {
    return item;
  }
}
