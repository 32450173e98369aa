package io.fastweights.operator.testkit;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.schema.items.Items;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.EventReader;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Seeded streams of trips: asks and observes, and a few that are no events at all. */
public final class Trips {
  public static final List<String> OUTCOMES = List.of("early", "on time", "late");

  /** A reader fails for trips of this user. */
  public static final String NOBODY = "nobody";

  /** A trip of this user empties the memory of its key. */
  public static final String FORGOTTEN = "forgotten";

  /** 2026-01-01T00:00Z. */
  public static final long START = 1_767_225_600_000L;

  private static final Target.Item ITEM = new Target.Item("outcome", 16);

  private static final List<String> PLACES = List.of("harbour", "station", "market", "bridge");

  /** Where a key's memory grows beyond all bounds, by {@link #steepVectors}. */
  private static final Set<String> STEEP = Set.of("market", "bridge");

  private Trips() {}

  /** Every kind of field, and a target of three classes. */
  public static Schema schema() {
    return Schema.of(
        List.of(
            new Field.Categorical("place", PLACES.subList(0, 3)),
            new Field.Hashed("user", 16),
            new Field.Numeric("distance", 6, 4),
            new Field.Elapsed("gap", 24),
            new Field.TimeOfDay("hour", 24, true, ZoneOffset.UTC)),
        new Target.Classes("outcome", OUTCOMES));
  }

  private static boolean forgets(Trip trip, RawEvent event) {
    if (FORGOTTEN.equals(trip.user)) {
      event.timestamp(trip.time).forget();
    }
    return event.forgets();
  }

  /** Reads a trip as an event of {@link #schema}. */
  public static void read(Trip trip, RawEvent event) {
    if (forgets(trip, event)) {
      return;
    }
    if (NOBODY.equals(trip.user)) {
      throw new IllegalStateException("a trip of nobody");
    }
    if (trip.distance == null) {
      // Trips that wait in old savepoints: their distance was missing, and that was refused then.
      throw new IllegalStateException("a trip without its distance");
    }
    event
        .timestamp(trip.time)
        .id(trip.label)
        .set(0, trip.place)
        .set(1, trip.user)
        .set(2, trip.distance)
        .target(trip.outcome);
    if (trip.ask) {
      event.ask();
    }
  }

  /** Numbers with running statistics: with a start, without one, sometimes missing; the target. */
  public static Schema numbers() {
    return Schema.of(
        List.of(
            new Field.Numeric("distance"),
            new Field.Categorical("place", PLACES.subList(0, 3)),
            new Field.Numeric("fare", 20, 8, Statistics.KEY),
            new Field.Numeric("luggage")),
        new Target.Number("duration"));
  }

  /** Reads a trip as an event of {@link #numbers}. */
  public static void readNumbers(Trip trip, RawEvent event) {
    if (forgets(trip, event)) {
      return;
    }
    if (NOBODY.equals(trip.user)) {
      throw new IllegalStateException("a trip of nobody");
    }
    SplittableRandom random = new SplittableRandom(trip.id);
    event
        .timestamp(trip.time)
        .id(trip.label)
        .set(0, trip.distance)
        .set(1, trip.place)
        .set(2, random.nextInt(20) == 0 ? 1e9 * random.nextDouble() : random.nextInt(50))
        .set(3, random.nextInt(4) == 0 ? null : Integer.toString(random.nextInt(3)));
    if (trip.ask) {
      event.ask();
    } else if (OUTCOMES.contains(trip.outcome)) {
      event.target(duration(trip));
    } else {
      event.target(trip.outcome);
    }
  }

  /** The target of {@link #numbers}; its level rises. */
  public static double duration(Trip trip) {
    return trip.id / 100 + trip.id % 7 + 5.0 * OUTCOMES.indexOf(trip.outcome);
  }

  /** Target of the trip's outcome, one-hot. */
  public static float[] target(Trip trip) {
    float[] target = new float[OUTCOMES.size()];
    target[OUTCOMES.indexOf(trip.outcome)] = 1;
    return target;
  }

  /** Target of the trip's outcome as an item. */
  static float[] item(Trip trip) {
    float[] target = new float[ITEM.dim()];
    Items.embed(Items.hash(trip.outcome), ITEM.size(), target);
    return target;
  }

  /** Classes with a prior, and a number with running statistics; {@link #read} reads it. */
  public static Schema rates() {
    return Schema.of(
        List.of(
            new Field.Categorical("place", PLACES.subList(0, 3)),
            new Field.Hashed("user", 16),
            new Field.Numeric("distance"),
            new Field.Elapsed("gap", 24)),
        new Target.Classes("outcome", OUTCOMES, new Prior(List.of(0.2, 0.5, 0.3), 3)));
  }

  /** The outcome as an item, after the last one. */
  public static Schema items() {
    return Schema.of(
        List.of(
            new Field.LastTarget("last", ITEM.ids()),
            new Field.Categorical("place", PLACES.subList(0, 3)),
            new Field.Hashed("user", 16)),
        ITEM);
  }

  /** Reads a trip as an event of {@link #items}; most of them have candidates. */
  public static void readItems(Trip trip, RawEvent event) {
    if (forgets(trip, event)) {
      return;
    }
    if (NOBODY.equals(trip.user)) {
      throw new IllegalStateException("a trip of nobody");
    }
    SplittableRandom random = new SplittableRandom(trip.id);
    event
        .timestamp(trip.time)
        .id(trip.label)
        .set(1, trip.place)
        .set(2, trip.user)
        .target(trip.outcome);
    if (random.nextInt(5) > 0) {
      List<String> offered = new ArrayList<>(OUTCOMES.subList(random.nextInt(3), 3));
      for (int i = random.nextInt(20); i >= 0; i--) {
        offered.add("offer " + i);
      }
      event.candidates(offered);
    }
    if (trip.ask) {
      event.ask();
    }
  }

  /** Reads a trip as a gaussian vector that depends on the trip's id. */
  public static EventReader<Trip> vectors(int dim) {
    return (trip, event) -> {
      if (forgets(trip, event)) {
        return;
      }
      if (NOBODY.equals(trip.user)) {
        throw new IllegalStateException("a trip of nobody");
      }
      SplittableRandom random = new SplittableRandom(trip.id);
      float[] vector = new float[trip.distance == null ? dim - 1 : dim];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      if ("NaN".equals(trip.distance)) {
        vector[dim / 2] = Float.NaN;
      }
      event.timestamp(trip.time).id(trip.label).vector(vector);
      if (trip.ask) {
        event.ask();
      }
    };
  }

  /** Reads a trip as the vector of its place; the first number is huge at two of them. */
  public static EventReader<Trip> steepVectors(int dim) {
    return (trip, event) -> {
      if (forgets(trip, event)) {
        return;
      }
      SplittableRandom random = new SplittableRandom(PLACES.indexOf(trip.place));
      float[] vector = new float[dim];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      vector[0] = STEEP.contains(trip.place) ? 1e6f : 0.4f;
      event.timestamp(trip.time).id(trip.label).vector(vector);
      if (trip.ask) {
        event.ask();
      }
    };
  }

  /**
   * The trip at a place in a stream: about a quarter are asks, half belong to a few busy keys and
   * half to many quiet ones; one in ten is malformed, late, or of an unknown place.
   */
  public static Trip at(long seed, long place) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + place);
    String key = "k" + (random.nextBoolean() ? random.nextInt(15) : random.nextInt(400));
    Trip trip = new Trip(place, key, START + place * 60_000 + random.nextInt(60_000));
    trip.place = PLACES.get(random.nextInt(PLACES.size()));
    trip.user = "u" + random.nextInt(50);
    trip.distance = Double.toString(random.nextInt(1000) / 64.0);
    trip.outcome = OUTCOMES.get(random.nextInt(3));
    switch (random.nextInt(50)) {
      case 0 -> trip.distance = "NaN";
      case 1 -> trip.distance = "Infinity";
      case 2 -> trip.outcome = "lost";
      case 3 -> trip.user = NOBODY;
      case 4, 5 -> trip.time -= 86_400_000;
      default -> {}
    }
    return random.nextInt(4) == 0 ? trip.asked() : trip;
  }

  public static List<Trip> stream(long seed, int count) {
    List<Trip> trips = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      trips.add(at(seed, i));
    }
    return trips;
  }
}
