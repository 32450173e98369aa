package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventCells;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parses messages into events; those it cannot read go to {@link Rejected#TAG}. */
final class MessageParser extends ProcessFunction<Message, Event> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(MessageParser.class);

  private final ValueParser parser;
  private final EventCells cells;

  @SuppressWarnings(
      "serial") // The lists of List.of, List.copyOf and Stream.toList are serializable.
  private final List<String> columns;

  @SuppressWarnings(
      "serial") // The lists of List.of, List.copyOf and Stream.toList are serializable.
  private final List<String> needed;

  private transient SeenColumns seen;

  MessageParser(ValueParser parser, List<String> columns, Schema schema) {
    this.parser = parser;
    this.cells = new EventCells(columns, schema);
    this.columns = columns;
    this.needed = schema.columns();
  }

  @Override
  public void open(OpenContext context) {
    seen = new SeenColumns(columns, needed);
  }

  @Override
  public void close() {
    if (seen != null && seen.isLooking()) {
      seen.missing().forEach(LOG::warn);
    }
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
    if (seen.isLooking() && seen.add(values, parser.leftOut())) {
      seen.missing().forEach(LOG::warn);
    }
    return cells.event(message, values);
  }
}
