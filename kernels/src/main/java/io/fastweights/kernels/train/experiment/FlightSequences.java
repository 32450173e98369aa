package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.EventSequence;
import io.fastweights.kernels.train.SequenceBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Flights as events of their origin. Each is asked at its departure, where its prediction counts,
 * and observed at its landing, where its delay is known: the observed event says the delay and when
 * the flight was due, which an ask leaves out.
 */
final class FlightSequences {
  private static final int SLOT_MINUTES = 20;
  private static final int BUCKETS = 2048;
  private static final int SLOTS = 1440 / SLOT_MINUTES;
  static final int[] DELAYS = {-15, -5, 0, 5, 10, 15, 30, 60, 120};

  private final Schema schema;
  private final RawEvent raw;

  FlightSequences(List<Flight> flights) {
    schema = schema(flights);
    raw = schema.newEvent();
  }

  Schema schema() {
    return schema;
  }

  private static Schema schema(List<Flight> flights) {
    TreeSet<String> airports = new TreeSet<>();
    flights.forEach(flight -> airports.add(flight.destination()));
    List<Field> fields = new ArrayList<>();
    fields.add(new Field.Categorical("destination", List.copyOf(airports)));
    for (String name : List.of("slot", "slot_shifted", "due", "due_shifted")) {
      fields.add(new Field.Categorical(name, numbers(SLOTS)));
    }
    fields.add(new Field.Categorical("hour", numbers(24)));
    fields.add(new Field.Categorical("weekday", numbers(7)));
    fields.add(new Field.Categorical("delay", numbers(DELAYS.length + 1)));
    fields.add(new Field.Hashed("flight", BUCKETS));
    fields.add(new Field.Hashed("flight_shifted", BUCKETS));
    fields.add(new Field.Numeric("distance", 730, 570));
    fields.add(new Field.Elapsed("since", 20));
    return new Schema("origin", "time", "kind", fields, new Target.Binary("late"));
  }

  private static List<String> numbers(int n) {
    return IntStream.range(0, n).mapToObj(Integer::toString).toList();
  }

  /** One sequence for each origin; asks count. */
  List<EventSequence> build(List<Flight> flights) throws MalformedEventException {
    record Moment(long time, boolean ask, Flight flight) {}
    List<Moment> moments = new ArrayList<>(2 * flights.size());
    for (Flight flight : flights) {
      moments.add(new Moment(flight.departure(), true, flight));
      moments.add(new Moment(flight.landing(), false, flight));
    }
    moments.sort(Comparator.comparingLong(Moment::time).thenComparing(m -> !m.ask()));
    SequenceBuilder builder = new SequenceBuilder(schema);
    for (Moment moment : moments) {
      Flight flight = moment.flight();
      fill(moment.time(), moment.ask(), flight);
      float label = moment.ask() ? (flight.late() ? 1 : 0) : Float.NaN;
      builder.add(flight.origin(), schema.encode(raw), label);
    }
    return builder.build();
  }

  private void fill(long time, boolean ask, Flight f) {
    raw.clear();
    raw.timestamp(time);
    raw.set(0, f.destination());
    raw.set(1, slot(f.minute()));
    raw.set(2, slot(f.minute() + SLOT_MINUTES / 2));
    raw.set(5, Integer.toString(f.minute() / 60));
    raw.set(6, Integer.toString(f.weekday()));
    raw.set(8, f.destination() + slot(f.minute()));
    raw.set(9, f.destination() + slot(f.minute() + SLOT_MINUTES / 2));
    raw.set(10, f.miles());
    if (ask) {
      raw.ask();
    } else {
      raw.set(3, slot(f.dueMinute()));
      raw.set(4, slot(f.dueMinute() + SLOT_MINUTES / 2));
      raw.set(7, delay(f.delay()));
      raw.target(f.late() ? 1 : 0);
    }
  }

  private static String slot(int minute) {
    return Integer.toString(minute / SLOT_MINUTES % SLOTS);
  }

  private static String delay(int minutes) {
    int bucket = 0;
    while (bucket < DELAYS.length && minutes > DELAYS[bucket]) {
      bucket++;
    }
    return Integer.toString(bucket);
  }
}
