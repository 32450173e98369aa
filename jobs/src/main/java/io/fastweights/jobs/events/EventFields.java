package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.api.EventReader;
import java.util.List;

/** Hands an event's cells to the schema's fields. */
public final class EventFields implements EventReader<Event> {
  private static final long serialVersionUID = 1L;
  private static final int DERIVED = -1;

  private final int[] columnOf;
  private final int target;

  /**
   * @param columns of the events
   */
  public EventFields(Schema schema, List<String> columns) {
    columnOf = new int[schema.fields().size()];
    for (int i = 0; i < columnOf.length; i++) {
      Field field = schema.fields().get(i);
      columnOf[i] = field.takesValue() ? columns.indexOf(field.name()) : DERIVED;
    }
    target = schema.target() == null ? DERIVED : columns.indexOf(schema.target().name());
  }

  @Override
  public void read(Event event, RawEvent into) {
    into.timestamp(event.timestamp());
    for (int i = 0; i < columnOf.length; i++) {
      if (columnOf[i] != DERIVED) {
        into.set(i, event.cells()[columnOf[i]]);
      }
    }
    if (target != DERIVED) {
      into.target(event.cells()[target]);
    }
    if (event.ask()) {
      into.ask();
    }
  }
}
