package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventCells;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.jobs.values.ValueDecoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * Makes events of messages: those of a value that is one record, with the message's own columns.
 */
public final class MessageCells implements Serializable {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // List.copyOf makes serializable lists.
  private final List<String> columns;

  private final ValueDecoder decoder;
  private final JsonLineParser parser;
  private final MessageColumns own;
  private final EventCells cells;
  private final boolean forgets;

  /**
   * @param forgets true if a message without a value is an event that forgets its key
   */
  MessageCells(List<String> columns, ValueDecoder decoder, Schema schema, boolean forgets) {
    this.columns = List.copyOf(columns);
    this.decoder = decoder;
    this.parser = new JsonLineParser(this.columns, schema.singleColumns());
    this.own = new MessageColumns(this.columns, schema.format().constants());
    this.cells = new EventCells(this.columns, schema);
    this.forgets = forgets;
  }

  /** Names of the events' cells. */
  public List<String> columns() {
    return columns;
  }

  /**
   * @throws MalformedEventException if the message is no event
   * @throws IOException if what is needed to read it cannot be had now
   */
  public Event event(Message message) throws MalformedEventException, IOException {
    String[] values = cells.newCells();
    if (message.value() == null) {
      return tombstone(message, values);
    }
    String json = decoder.json(message);
    parser.parse(json, values);
    own.fill(message, values);
    return cells.event(message, decoder.isJson() ? "" : json, values);
  }

  private Event tombstone(Message message, String[] values) throws MalformedEventException {
    if (!forgets) {
      throw new MalformedEventException(
          "the message has no value; source.kafka.tombstones: forget makes it empty the memory of"
              + " its key");
    }
    own.fill(message, values);
    return cells.tombstone(message, values);
  }

  /** A member of the last value that is no column; null where there is none. */
  String leftOut() {
    return parser.leftOut();
  }
}
