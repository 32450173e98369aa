package io.fastweights.jobs.flights;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Input fields of trained models for a flight. Each flight has an ask at its departure and an
 * observe at its landing, under the time of its departure. An ask leaves out fields known only at
 * the landing.
 */
public final class FlightFields {
  /** Names of the fields that {@link FlightSetup#SMALL} sees, as columns of a file. */
  public static final List<String> NAMES =
      List.of("destination", "slot", "hour", "weekday", "distance", "delay");

  public static final int[] DELAYS = {-15, -5, 0, 5, 10, 15, 30, 60, 120};
  private static final int SLOT_MINUTES = 20;
  private static final int SLOTS = 1440 / SLOT_MINUTES;

  private FlightFields() {}

  /**
   * The schema of a model.
   *
   * @param flights whose destinations are known to it
   */
  public static Schema schema(Collection<Flight> flights, FlightSetup setup) {
    TreeSet<String> airports = new TreeSet<>();
    flights.forEach(flight -> airports.add(flight.destination()));
    List<Field> fields = new ArrayList<>();
    fields.add(new Field.Categorical("destination", List.copyOf(airports)));
    fields.add(new Field.Categorical("slot", numbers(0, SLOTS)));
    fields.add(new Field.Categorical("hour", numbers(0, 24)));
    fields.add(new Field.Categorical("weekday", numbers(1, 7)));
    fields.add(new Field.Categorical("delay", numbers(0, DELAYS.length + 1)));
    fields.add(new Field.Numeric("distance", 730, 570));
    fields.add(new Field.Elapsed("since", 20));
    if (setup.buckets() > 0) {
      fields.add(new Field.Hashed("place", setup.buckets()));
      fields.add(new Field.Hashed("place_shifted", setup.buckets()));
      for (String name : List.of("slot_shifted", "due", "due_shifted")) {
        fields.add(new Field.Categorical(name, numbers(0, SLOTS)));
      }
    }
    return new Schema("origin", "time", "kind", fields, new Target.Binary("late"));
  }

  private static List<String> numbers(int first, int count) {
    return IntStream.range(first, first + count).mapToObj(Integer::toString).toList();
  }

  /**
   * A field's value, as text; null where it is not known.
   *
   * @param field a name in a schema of these models
   * @param asked true for an ask, before the landing; false for an observe
   */
  public static String value(String field, Flight flight, boolean asked) {
    int half = SLOT_MINUTES / 2;
    return switch (field) {
      case "destination" -> flight.destination();
      case "hour" -> Integer.toString(flight.hour());
      case "weekday" -> Integer.toString(flight.weekday());
      case "distance" -> Integer.toString(flight.miles());
      case "slot" -> slot(flight.minute());
      case "place" -> flight.destination() + slot(flight.minute());
      case "place_shifted" -> flight.destination() + slot(flight.minute() + half);
      case "slot_shifted" -> slot(flight.minute() + half);
      case "due" -> asked ? null : slot(flight.dueMinute());
      case "due_shifted" -> asked ? null : slot(flight.dueMinute() + half);
      case "delay" -> asked ? null : delay(flight.delay());
      default -> throw new IllegalArgumentException("no field " + field + " of a flight");
    };
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
