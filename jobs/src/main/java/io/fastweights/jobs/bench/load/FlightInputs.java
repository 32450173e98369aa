package io.fastweights.jobs.bench.load;

import io.fastweights.jobs.demo.DemoEvents;
import io.fastweights.jobs.demo.DemoModel;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.model.EventModel;
import java.util.List;

/** The demo's events as its associative memory sees them, for the naive way. */
public final class FlightInputs implements NaiveMemory.Events<Event> {
  private static final long serialVersionUID = 1L;

  private final EventFields fields;
  private transient EventModel model;
  private transient RawEvent raw;

  /**
   * @param columns of the events
   */
  public FlightInputs(List<String> columns) {
    fields = new EventFields(DemoEvents.SCHEMA, columns);
  }

  @Override
  public Model model() {
    return DemoModel.create().model();
  }

  @Override
  public long timestamp(Event event) {
    return event.timestamp();
  }

  @Override
  public boolean read(Event event, float[] input, float[] target) throws MalformedEventException {
    if (model == null) {
      model = DemoModel.create();
      raw = model.newEvent();
    }
    raw.clear();
    fields.read(event, raw);
    EncodedEvent encoded = model.encode(raw);
    model.write(encoded, null, input, target, 0);
    return encoded.observe();
  }
}
