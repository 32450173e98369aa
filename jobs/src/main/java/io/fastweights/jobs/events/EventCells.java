package io.fastweights.jobs.events;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.time.RepeatedHour;
import io.fastweights.jobs.events.time.TimeParser;
import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Keys, time and kind of an event, read from its cells. An event without a target is an ask, unless
 * its kind is observe. Words for a missing value count as missing.
 */
public final class EventCells implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int NONE = -1;

  private final int columns;
  private final int key;
  private final int secondKey;
  private final int time;
  private final int clock;
  private final int kind;
  private final int target;
  private final HashSet<String> nulls;
  private final String nullBegins;
  private final int[] nullable;
  private final TimeParser times;

  /**
   * @param names of the columns
   */
  public EventCells(List<String> names, Schema schema) {
    this(names, schema, schema.format().time());
  }

  /**
   * @param names of the columns
   * @param written how times are, where the source found it out
   */
  EventCells(List<String> names, Schema schema, EventFormat.Time written) {
    columns = names.size();
    key = names.indexOf(schema.key());
    secondKey = schema.secondKey() == null ? NONE : names.indexOf(schema.secondKey());
    time = names.indexOf(schema.time());
    clock = written.clock() == null ? NONE : names.indexOf(written.clock());
    kind = schema.kind() == null ? NONE : names.indexOf(schema.kind());
    target = schema.target() == null ? NONE : names.indexOf(schema.column(schema.target().name()));
    Set<String> words = schema.format().nulls();
    nulls = new HashSet<>(words == null ? EventFormat.NULL_WORDS : words);
    if (words == null && schema.target() instanceof Target.Classes classes) {
      classes.classes().forEach(nulls::remove);
    }
    nullBegins =
        nulls.stream()
            .filter(word -> !word.isEmpty())
            .map(word -> word.substring(0, 1))
            .distinct()
            .collect(Collectors.joining());
    nullable =
        words == null
            ? numbersAndTarget(names, schema)
            : IntStream.range(0, columns).filter(i -> !isKey(i)).toArray();
    times = new TimeParser(written);
  }

  private int[] numbersAndTarget(List<String> names, Schema schema) {
    IntStream numbers =
        schema.fields().stream()
            .filter(Field.Numeric.class::isInstance)
            .mapToInt(field -> names.indexOf(schema.column(field.name())));
    return IntStream.concat(numbers, IntStream.of(target, kind, time, clock))
        .filter(i -> i >= 0 && !isKey(i))
        .distinct()
        .toArray();
  }

  private boolean isKey(int column) {
    return column == key || column == secondKey;
  }

  /** Room for the cells of an event. */
  public String[] newCells() {
    return new String[columns];
  }

  /**
   * The event of a line's cells.
   *
   * @param repeated tells the passes of a repeated hour apart
   */
  Event event(Line line, String[] cells, RepeatedHour repeated) throws MalformedEventException {
    return event(line.file(), line.number(), line.text(), null, cells, repeated);
  }

  /**
   * The event of a message's cells.
   *
   * @param json the message as JSON; empty where its value is that
   */
  public Event event(Message message, String json, String[] cells) throws MalformedEventException {
    return event(0, message.offset(), json, message, cells, null);
  }

  /**
   * The event of a message without a value, at the time of the message.
   *
   * @param cells of the message itself
   */
  public Event tombstone(Message message, String[] cells) throws MalformedEventException {
    clean(cells);
    if (cells[key] == null) {
      throw new MalformedEventException("the key is missing");
    }
    return new Event(
        0, message.offset(), "", message, cells[key], message.timestamp(), false, cells);
  }

  private Event event(
      int file, long line, String text, Message message, String[] cells, RepeatedHour repeated)
      throws MalformedEventException {
    clean(cells);
    if (cells[key] == null) {
      throw new MalformedEventException("the key is missing");
    }
    if (secondKey != NONE && cells[secondKey] == null) {
      throw new MalformedEventException("the second key is missing");
    }
    long timestamp = times.parse(time(cells), cells[key], repeated);
    return new Event(file, line, text, message, cells[key], timestamp, asks(cells), cells);
  }

  private String time(String[] cells) throws MalformedEventException {
    if (cells[time] == null) {
      throw new MalformedEventException("the time is missing");
    }
    if (clock == NONE) {
      return cells[time];
    }
    if (cells[clock] == null || cells[clock].isBlank()) {
      throw new MalformedEventException("the time of day is missing");
    }
    return cells[time].trim() + ' ' + cells[clock].trim();
  }

  private void clean(String[] cells) {
    for (int i : nullable) {
      if (cells[i] != null && isNull(cells[i])) {
        cells[i] = null;
      }
    }
    trim(cells, key);
    if (secondKey != NONE) {
      trim(cells, secondKey);
    }
  }

  /** Most values differ from each word by their first character. */
  private boolean isNull(String cell) {
    char first = cell.isEmpty() ? ' ' : cell.charAt(0);
    return (first <= ' ' || nullBegins.indexOf(first) >= 0) && nulls.contains(cell.trim());
  }

  private static void trim(String[] cells, int key) {
    if (cells[key] != null) {
      String trimmed = cells[key].trim();
      cells[key] = trimmed.isEmpty() ? null : trimmed;
    }
  }

  private boolean asks(String[] cells) throws MalformedEventException {
    String named = kind == NONE ? null : cells[kind];
    if (named == null) {
      return target != NONE && cells[target] == null;
    }
    String trimmed = named.trim();
    if (is(trimmed, "ask")) {
      return true;
    }
    if (!is(trimmed, "observe")) {
      throw new MalformedEventException("kind is '" + named + "', must be ask or observe");
    }
    return false;
  }

  private static boolean is(String text, String word) {
    return text.length() == word.length() && text.regionMatches(true, 0, word, 0, word.length());
  }
}
