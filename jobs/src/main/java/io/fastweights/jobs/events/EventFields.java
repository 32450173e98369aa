package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.EventReader;
import java.util.List;

/** Hands an event's cells to the schema's fields. */
public final class EventFields implements EventReader<Event> {
  private static final long serialVersionUID = 1L;
  private static final int DERIVED = -1;

  private final int[] columnOf;
  private final int target;
  private final boolean[] number;
  private final int id;
  private final int candidates;
  private final boolean decimalComma;

  /**
   * @param columns of the events
   */
  public EventFields(Schema schema, List<String> columns) {
    columnOf = new int[schema.fields().size()];
    number = new boolean[columnOf.length + 1];
    for (int i = 0; i < columnOf.length; i++) {
      Field field = schema.fields().get(i);
      columnOf[i] = field.takesValue() ? columns.indexOf(schema.column(field.name())) : DERIVED;
      number[i] = field instanceof Field.Numeric;
    }
    Target predicted = schema.target();
    target = predicted == null ? DERIVED : columns.indexOf(schema.column(predicted.name()));
    number[columnOf.length] = predicted instanceof Target.Number;
    String named = schema.format().id();
    id = named == null ? DERIVED : columns.indexOf(named);
    String listed = schema.format().candidates();
    candidates = listed == null ? DERIVED : columns.indexOf(listed);
    decimalComma = schema.format().csv().decimal() == ',';
  }

  @Override
  public void read(Event event, RawEvent into) throws MalformedEventException {
    into.timestamp(event.timestamp());
    if (event.forgets()) {
      into.forget();
      return;
    }
    for (int i = 0; i < columnOf.length; i++) {
      if (columnOf[i] != DERIVED) {
        into.set(i, text(event.cells()[columnOf[i]], i));
      }
    }
    if (target != DERIVED) {
      into.target(target(event));
    }
    if (id != DERIVED) {
      into.id(event.cells()[id]);
    }
    if (candidates != DERIVED) {
      into.candidates(CandidateCells.of(event.cells()[candidates]));
    }
    if (event.ask()) {
      into.ask();
    }
  }

  /** The text of an event's target; null where it is missing. */
  public String target(Event event) {
    return text(event.cells()[target], columnOf.length);
  }

  /** A number as others write it, where the schema says that these have a decimal comma. */
  private String text(String cell, int i) {
    return decimalComma && number[i] && cell != null ? cell.replace(',', '.') : cell;
  }
}
