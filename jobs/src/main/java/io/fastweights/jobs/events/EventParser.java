package io.fastweights.jobs.events;

import io.fastweights.jobs.events.EventFiles.EventFile;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.util.List;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Makes events of lines; those it cannot read leave by {@link Rejected#TAG}. */
public final class EventParser extends ProcessFunction<Line, Event> {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // List.copyOf makes serializable lists.
  private final List<EventFile> files;

  private final EventCells cells;

  public EventParser(EventFiles events, Schema schema) {
    files = List.copyOf(events.files());
    cells = new EventCells(events.columns(), schema);
  }

  @Override
  public void processElement(Line line, Context context, Collector<Event> out) {
    try {
      Event event = parse(line);
      if (event != null) {
        out.collect(event);
      }
    } catch (MalformedEventException e) {
      context.output(
          Rejected.TAG,
          new Rejected(line.file(), line.number(), e.getMessage(), line.text(), null));
    }
  }

  /**
   * The event of a line; null for a header.
   *
   * @throws MalformedEventException if the line is no event
   */
  public Event parse(Line line) throws MalformedEventException {
    EventFile file = files.get(line.file());
    return line.number() == file.header() ? null : event(file.parser(), line);
  }

  private Event event(LineParser parser, Line line) throws MalformedEventException {
    if (line.problem() != null) {
      throw new MalformedEventException(line.problem());
    }
    String[] values = cells.newCells();
    parser.parse(line.text(), values);
    return cells.event(line, values);
  }
}
