package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.io.Serializable;
import java.util.List;

/**
 * What an event's cells say beside the values of its fields: key, time and kind. An event without a
 * target is an ask, unless its kind says that it is to be observed.
 */
public final class EventCells implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int NONE = -1;

  private final int columns;
  private final int key;
  private final int time;
  private final int kind;
  private final int target;

  /**
   * @param names of the columns
   */
  public EventCells(List<String> names, Schema schema) {
    columns = names.size();
    key = names.indexOf(schema.key());
    time = names.indexOf(schema.time());
    kind = schema.kind() == null ? NONE : names.indexOf(schema.kind());
    target = schema.target() == null ? NONE : names.indexOf(schema.target().name());
  }

  /** Room for the cells of an event. */
  public String[] newCells() {
    return new String[columns];
  }

  /** The event of a line's cells. */
  Event event(Line line, String[] cells) throws MalformedEventException {
    check(cells);
    return new Event(
        line.file(),
        line.number(),
        line.text(),
        null,
        cells[key],
        Timestamps.parse(cells[time]),
        asks(cells),
        cells);
  }

  /** The event of a message's cells. */
  public Event event(Message message, String[] cells) throws MalformedEventException {
    check(cells);
    return new Event(
        0,
        message.offset(),
        "",
        message,
        cells[key],
        Timestamps.parse(cells[time]),
        asks(cells),
        cells);
  }

  private void check(String[] cells) throws MalformedEventException {
    if (cells[key] == null) {
      throw new MalformedEventException("the key is missing");
    }
    if (cells[time] == null) {
      throw new MalformedEventException("the time is missing");
    }
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
