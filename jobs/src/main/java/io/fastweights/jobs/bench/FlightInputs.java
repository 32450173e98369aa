package io.fastweights.jobs.bench;

import io.fastweights.jobs.demo.DemoEvents;
import io.fastweights.jobs.demo.DemoModel;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import java.util.Arrays;
import java.util.List;

/** The demo's events as its associative memory sees them, for the naive way. */
final class FlightInputs implements NaiveMemory.Events<Event> {
  private static final long serialVersionUID = 1L;

  private final EventFields fields;
  private transient RawEvent raw;
  private transient InputEncoder encoder;

  /**
   * @param columns of the events
   */
  FlightInputs(List<String> columns) {
    fields = new EventFields(DemoEvents.SCHEMA, columns);
  }

  @Override
  public AssociativeMemory model() {
    return DemoModel.associative();
  }

  @Override
  public long timestamp(Event event) {
    return event.timestamp();
  }

  @Override
  public boolean read(Event event, float[] input, float[] target) throws MalformedEventException {
    if (raw == null) {
      raw = DemoEvents.SCHEMA.newEvent();
      encoder = DemoModel.encoder();
    }
    raw.clear();
    fields.read(event, raw);
    EncodedEvent encoded = DemoEvents.SCHEMA.encode(raw);
    encoder.encode(encoded, null, input, 0);
    if (encoded.observe()) {
      target[0] = encoded.target()[0];
    } else {
      Arrays.fill(target, Float.NaN);
    }
    return encoded.observe();
  }
}
