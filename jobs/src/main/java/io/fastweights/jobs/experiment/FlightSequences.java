package io.fastweights.jobs.experiment;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.FlightFields;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.EventSequence;
import io.fastweights.kernels.train.SequenceBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Flights as events of their origin. Each is asked about at its departure, where its prediction
 * counts, and observed at its landing, where its delay is known.
 */
public final class FlightSequences {
  private record Moment(long time, boolean asks, Flight flight) {}

  private FlightSequences() {}

  /** One sequence for each origin; asks count. What has landed is known before the next departs. */
  public static List<EventSequence> build(List<Flight> flights, Schema schema)
      throws MalformedEventException {
    List<Moment> moments = new ArrayList<>(2 * flights.size());
    for (Flight flight : flights) {
      moments.add(new Moment(flight.departure(), true, flight));
      moments.add(new Moment(flight.landing(), false, flight));
    }
    moments.sort(Comparator.comparingLong(Moment::time).thenComparing(Moment::asks));
    SequenceBuilder builder = new SequenceBuilder(schema);
    RawEvent raw = schema.newEvent();
    for (Moment moment : moments) {
      fill(raw, schema, moment);
      Flight flight = moment.flight();
      float label = moment.asks() ? (flight.late() ? 1 : 0) : Float.NaN;
      builder.add(flight.origin(), schema.encode(raw), label);
    }
    return builder.build();
  }

  private static void fill(RawEvent raw, Schema schema, Moment moment) {
    raw.clear();
    raw.timestamp(moment.time());
    List<Field> fields = schema.fields();
    for (int i = 0; i < fields.size(); i++) {
      if (!(fields.get(i) instanceof Field.Elapsed)) {
        raw.set(i, FlightFields.value(fields.get(i).name(), moment.flight(), moment.asks()));
      }
    }
    if (moment.asks()) {
      raw.ask();
    } else {
      raw.target(moment.flight().late() ? 1 : 0);
    }
  }
}
