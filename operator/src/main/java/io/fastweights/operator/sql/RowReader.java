package io.fastweights.operator.sql;

import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.api.EventReader;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.apache.flink.types.Row;

/** Reads a row as an event: an ask if its target is NULL, else an observe. */
final class RowReader implements EventReader<Row> {
  private static final long serialVersionUID = 1L;
  private static final int NONE = -1;

  private final int[] columns;
  private final int target;
  private final int time;

  /**
   * @param columns for each field of the schema the column of its value; -1 if it takes none
   * @param target the target's column; -1 if the schema has no target
   * @param time the column of the event's time; -1 if the caller sets it
   */
  RowReader(int[] columns, int target, int time) {
    this.columns = columns;
    this.target = target;
    this.time = time;
  }

  /** The same, with the event's time in a column. */
  RowReader withTime(int column) {
    return new RowReader(columns, target, column);
  }

  @Override
  public void read(Row row, RawEvent event) {
    for (int field = 0; field < columns.length; field++) {
      Object value = columns[field] == NONE ? null : row.getField(columns[field]);
      if (value instanceof Number number && !isWhole(number)) {
        event.set(field, number.doubleValue());
      } else if (value != null) {
        event.set(field, value.toString());
      }
    }
    if (time != NONE) {
      event.timestamp(millis(row.getField(time)));
    }
    if (target != NONE) {
      readTarget(row.getField(target), event);
    }
  }

  private static void readTarget(Object value, RawEvent event) {
    if (value == null) {
      event.ask();
    } else if (value instanceof Number number && !isWhole(number)) {
      event.target(number.doubleValue());
    } else {
      event.target(value.toString());
    }
  }

  /** Text of a whole number is exact, as a category and as a number. */
  private static boolean isWhole(Number number) {
    return number instanceof Long
        || number instanceof Integer
        || number instanceof Short
        || number instanceof Byte;
  }

  private static long millis(Object time) {
    if (time instanceof Instant instant) {
      return instant.toEpochMilli();
    }
    if (time instanceof LocalDateTime local) {
      return local.toInstant(ZoneOffset.UTC).toEpochMilli();
    }
    throw new IllegalArgumentException("the time of the event is NULL");
  }
}
