package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventCells;
import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.util.List;

/** Makes events of messages outside of a job, as {@link KafkaEvents} does inside of one. */
public final class MessageEvents {
  private final List<String> columns;
  private final ValueParser parser;
  private final EventCells cells;

  MessageEvents(List<String> columns, ValueParser parser, Schema schema) {
    this.columns = columns;
    this.parser = parser;
    this.cells = new EventCells(columns, schema);
  }

  /** Names of the events' cells. */
  public List<String> columns() {
    return columns;
  }

  /**
   * @throws MalformedEventException if the message is no event
   */
  public Event event(Message message) throws MalformedEventException {
    if (message.value() == null) {
      throw new MalformedEventException("the message has no value");
    }
    String[] values = cells.newCells();
    parser.parse(message.value(), values);
    return cells.event(message, values);
  }
}
