package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
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

  private final MessageCells cells;

  @SuppressWarnings(
      "serial") // The lists of List.of, List.copyOf and Stream.toList are serializable.
  private final List<String> needed;

  private transient SeenColumns seen;

  MessageParser(MessageCells cells, Schema schema) {
    this.cells = cells;
    this.needed = schema.columns();
  }

  @Override
  public void open(OpenContext context) {
    seen = new SeenColumns(cells.columns(), needed);
  }

  @Override
  public void close() {
    if (seen != null && seen.isLooking()) {
      seen.missing().forEach(LOG::warn);
    }
  }

  @Override
  public void processElement(Message message, Context context, Collector<Event> out)
      throws IOException {
    Event event;
    try {
      event = cells.event(message);
    } catch (MalformedEventException e) {
      context.output(Rejected.TAG, new Rejected(0, message.offset(), e.getMessage(), "", message));
      return;
    }
    if (seen.isLooking() && seen.add(event.cells(), cells.leftOut())) {
      seen.missing().forEach(LOG::warn);
    }
    out.collect(event);
  }
}
