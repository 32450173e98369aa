package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventCells;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.util.List;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Makes events of messages; those it cannot read leave by {@link Rejected#TAG}. */
final class MessageParser extends ProcessFunction<Message, Event> {
  private static final long serialVersionUID = 1L;

  private final ValueParser parser;
  private final EventCells cells;

  MessageParser(ValueParser parser, List<String> columns, Schema schema) {
    this.parser = parser;
    this.cells = new EventCells(columns, schema);
  }

  @Override
  public void processElement(Message message, Context context, Collector<Event> out) {
    try {
      out.collect(event(message));
    } catch (MalformedEventException e) {
      context.output(Rejected.TAG, new Rejected(0, message.offset(), e.getMessage(), "", message));
    }
  }

  private Event event(Message message) throws MalformedEventException {
    if (message.value() == null) {
      throw new MalformedEventException("the message has no value");
    }
    String[] values = cells.newCells();
    parser.parse(message.value(), values);
    return cells.event(message, values);
  }
}
