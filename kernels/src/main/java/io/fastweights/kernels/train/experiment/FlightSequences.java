package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.EventSequence;
import io.fastweights.kernels.train.InitialWeights;
import io.fastweights.kernels.train.ParameterLayout;
import io.fastweights.kernels.train.SequenceBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Flights as events of their origin. Each is asked at its departure, where its prediction counts,
 * and observed at its landing, where its delay is known: the observed event says the delay and when
 * the flight was due, which an ask leaves out.
 */
final class FlightSequences {
  private static final int SLOT_MINUTES = 20;
  private static final int SLOTS = 1440 / SLOT_MINUTES;
  private static final int[] DELAYS = {-15, -5, 0, 5, 10, 15, 30, 60, 120};

  private static final Set<String> KEYS =
      Set.of(
          "embedding.destination.weight", "embedding.slot.weight", "embedding.slot_shifted.weight");
  private static final Set<String> VALUES =
      Set.of("embedding.delay.weight", "embedding.due.weight", "embedding.due_shifted.weight");
  private static final float EMBEDDING = 0.3f;
  private static final float OTHERS = 0.02f;
  private static final float VALUE = 4;
  private static final float BETA = -1.4f;

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
    raw.set(8, f.miles());
    if (ask) {
      raw.ask();
    } else {
      raw.set(3, slot(f.dueMinute()));
      raw.set(4, slot(f.dueMinute() + SLOT_MINUTES / 2));
      raw.set(7, delay(f.delay()));
      raw.target(f.late() ? 1 : 0);
    }
  }

  /**
   * Weights to start from: destination and time of departure in some coordinates of the input,
   * delay and due time in the others; keys and queries are made of the first, values of the second.
   * The model so begins as an associative memory from (destination, time) to delay.
   */
  static float[] initial(ParameterLayout layout, long seed) {
    float[] values = InitialWeights.of(layout, seed);
    ModelConfig c = layout.config();
    int dim = c.dim();
    int outcome = dim * 3 / 4;
    for (ParameterLayout.Slice s : layout.slices()) {
      boolean first = KEYS.contains(s.name());
      boolean second = VALUES.contains(s.name());
      if (s.name().startsWith("embedding.")) {
        for (int i = 0; i < s.size(); i++) {
          boolean kept = i % dim < outcome ? first : second;
          values[s.at() + i] *= kept ? EMBEDDING : first || second ? 0 : OTHERS;
        }
      }
    }
    int inner = c.heads() * c.dimHead();
    int qkv = layout.slice("layers.0.0.fn.to_qkv.weight").at();
    for (int row = 0; row < 3 * inner; row++) {
      boolean value = row >= 2 * inner;
      for (int i = 0; i < dim; i++) {
        values[qkv + row * dim + i] *= value == (i < outcome) ? 0 : value ? VALUE : 1;
      }
    }
    ParameterLayout.Slice beta = layout.slice("layers.0.0.fn.to_beta.bias");
    java.util.Arrays.fill(values, beta.at(), beta.at() + beta.size(), BETA);
    return values;
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
