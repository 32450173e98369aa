package io.fastweights.jobs.experiment.flights;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.FlightFields;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.train.sequence.SequenceBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Flights as events of their origin. Each is asked about at its departure, where its prediction
 * counts, and observed at its landing, where its delay is known.
 */
public final class FlightSequences {
  /**
   * A departure or a landing.
   *
   * @param asks true at its departure, false at its landing
   */
  public record Moment(long time, boolean asks, Flight flight) {}

  private FlightSequences() {}

  /** One sequence for each origin; asks count. Landings are observed before the next departure. */
  public static List<EventSequence> build(List<Flight> flights, Schema schema)
      throws MalformedEventException {
    return build(
        moments(flights),
        schema,
        Flight::origin,
        (name, moment) -> FlightFields.value(name, moment.flight(), moment.asks()));
  }

  /** Departures and landings in their order. */
  public static List<Moment> moments(List<Flight> flights) {
    List<Moment> moments = new ArrayList<>(2 * flights.size());
    for (Flight flight : flights) {
      moments.add(new Moment(flight.departure(), true, flight));
      moments.add(new Moment(flight.landing(), false, flight));
    }
    moments.sort(Comparator.comparingLong(Moment::time).thenComparing(Moment::asks));
    return moments;
  }

  /**
   * One sequence for each key; asks count.
   *
   * @param values value of a field by its name
   */
  static List<EventSequence> build(
      List<Moment> moments,
      Schema schema,
      Function<Flight, String> key,
      BiFunction<String, Moment, String> values)
      throws MalformedEventException {
    SequenceBuilder builder = new SequenceBuilder(schema);
    RawEvent raw = schema.newEvent();
    for (Moment moment : moments) {
      fill(raw, schema, moment, values);
      Flight flight = moment.flight();
      float label = moment.asks() ? (flight.late() ? 1 : 0) : Float.NaN;
      builder.add(key.apply(flight), schema.encode(raw), label);
    }
    return builder.build();
  }

  private static void fill(
      RawEvent raw, Schema schema, Moment moment, BiFunction<String, Moment, String> values) {
    raw.clear();
    raw.timestamp(moment.time());
    List<Field> fields = schema.fields();
    for (int i = 0; i < fields.size(); i++) {
      if (!(fields.get(i) instanceof Field.Elapsed)) {
        raw.set(i, values.apply(fields.get(i).name(), moment));
      }
    }
    if (moment.asks()) {
      raw.ask();
    } else {
      raw.target(moment.flight().late() ? 1 : 0);
    }
  }
}
