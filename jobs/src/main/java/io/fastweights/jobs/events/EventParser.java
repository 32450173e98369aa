package io.fastweights.jobs.events;

import io.fastweights.jobs.events.EventFiles.EventFile;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.util.List;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Makes events of lines; those it cannot read leave by {@link #REJECTED}. An event without a target
 * is an ask, unless its kind says that it is to be observed.
 */
public final class EventParser extends ProcessFunction<Line, Event> {
  private static final long serialVersionUID = 1L;

  /** Lines that are no event. */
  public static final OutputTag<Rejected> REJECTED =
      new OutputTag<>("rejected") {
        private static final long serialVersionUID = 1L;
      };

  private static final int NONE = -1;

  private final List<EventFile> files;
  private final int columns;
  private final int key;
  private final int time;
  private final int kind;
  private final int target;

  public EventParser(EventFiles events, Schema schema) {
    List<String> names = events.columns();
    files = List.copyOf(events.files());
    columns = names.size();
    key = names.indexOf(schema.key());
    time = names.indexOf(schema.time());
    kind = schema.kind() == null ? NONE : names.indexOf(schema.kind());
    target = schema.target() == null ? NONE : names.indexOf(schema.target().name());
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
          REJECTED, new Rejected(line.file(), line.number(), e.getMessage(), line.text()));
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
    String[] cells = new String[columns];
    parser.parse(line.text(), cells);
    if (cells[key] == null) {
      throw new MalformedEventException("the key is missing");
    }
    if (cells[time] == null) {
      throw new MalformedEventException("the time is missing");
    }
    long timestamp = Timestamps.parse(cells[time]);
    return new Event(
        line.file(), line.number(), line.text(), cells[key], timestamp, asks(cells), cells);
  }

  private boolean asks(String[] cells) throws MalformedEventException {
    String named = kind == NONE ? null : cells[kind];
    if (named == null) {
      return target != NONE && cells[target] == null;
    }
    return switch (named.trim()) {
      case "ask" -> true;
      case "observe" -> false;
      default ->
          throw new MalformedEventException("kind is '" + named + "', must be ask or observe");
    };
  }
}
