package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventCells;
import io.fastweights.jobs.events.JsonLineParser;
import io.fastweights.jobs.events.Message;
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

  MessageCells(List<String> columns, ValueDecoder decoder, Schema schema) {
    this.columns = List.copyOf(columns);
    this.decoder = decoder;
    this.parser = new JsonLineParser(this.columns, schema.columns());
    this.own = new MessageColumns(this.columns, schema.format().constants());
    this.cells = new EventCells(this.columns, schema);
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
    if (message.value() == null) {
      throw new MalformedEventException("the message has no value");
    }
    String[] values = cells.newCells();
    String json = decoder.json(message);
    parser.parse(json, values);
    own.fill(message, values);
    return cells.event(message, decoder.isJson() ? "" : json, values);
  }

  /** A member of the last value that is no column; null where there is none. */
  String leftOut() {
    return parser.leftOut();
  }
}
