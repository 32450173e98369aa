package io.fastweights.kernels.schema;

import io.fastweights.kernels.schema.values.Ids;
import io.fastweights.kernels.schema.values.LocalTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One part of an event's context and how it becomes features. A feature is an id and a weight; the
 * model has a vector for each id, and the input is the weighted sum of them.
 */
public sealed interface Field {

  /** Largest number of ids of a field. */
  int MOST_IDS = Ids.MOST;

  /** Its name in the schema; tensors are named after it. */
  String name();

  /** Number of ids. */
  int ids();

  /**
   * Ids beyond {@link #ids()}: 1 where a missing value has an id of its own that trained models
   * have no vector for. Its vector is then zero, which is the mean.
   */
  default int untrainedIds() {
    return 0;
  }

  /** Features that every event has of this field: 1, or 2 where neighbours share. */
  default int features() {
    return 1;
  }

  /** True if a reader must give a value; false if it is derived from the event's time. */
  default boolean takesValue() {
    return true;
  }

  /** True if the one feature of an event comes from the key's last observed event. */
  default boolean isOfLag() {
    return false;
  }

  /**
   * Its id for an event of a key that has a last observed event; without one, the id that {@link
   * #encode} wrote.
   *
   * @throws UnsupportedOperationException if the field is not of the lag
   */
  default int lagId(EncodedEvent event, EncodedEvent lag) {
    throw new UnsupportedOperationException("field " + name() + " is not of the lag");
  }

  /** The weight that goes with {@link #lagId}. */
  default float lagWeight(EncodedEvent lag, Target target) {
    return 1;
  }

  /**
   * Writes {@link #features()} ids and weights.
   *
   * @param value the reader's value: a String, a number or null
   * @param timestamp of the event's context, in milliseconds
   * @throws MalformedEventException if the value cannot be encoded
   */
  void encode(Object value, long timestamp, int[] ids, float[] weights, int at)
      throws MalformedEventException;

  /** A category of a known vocabulary; id 0 stands for every unknown or missing value. */
  final class Categorical implements Field {
    private final String name;
    private final List<String> vocabulary;
    private final Map<String, Integer> idOf = new HashMap<>();

    public Categorical(String name, List<String> vocabulary) {
      this.name = name;
      this.vocabulary = List.copyOf(vocabulary);
      for (String category : vocabulary) {
        if (idOf.put(category, idOf.size() + 1) != null) {
          throw new IllegalArgumentException(
              "field " + name + ": category '" + category + "' stands twice in the vocabulary");
        }
      }
      Ids.check(name, ids());
    }

    @Override
    public String name() {
      return name;
    }

    public List<String> vocabulary() {
      return vocabulary;
    }

    @Override
    public int ids() {
      return vocabulary.size() + 1;
    }

    @Override
    public void encode(Object value, long timestamp, int[] ids, float[] weights, int at) {
      Ids.one(value == null ? 0 : idOf.getOrDefault(Ids.text(value), 0), ids, weights, at);
    }
  }

  /** A category of an open vocabulary, hashed into buckets; bucket 0 is kept for missing values. */
  record Hashed(String name, int buckets) implements Field {
    public Hashed {
      if (buckets < 2) {
        throw new IllegalArgumentException(
            "field " + name + ": buckets is " + buckets + ", must be at least 2");
      }
      Ids.check(name, buckets);
    }

    @Override
    public int ids() {
      return buckets;
    }

    @Override
    public void encode(Object value, long timestamp, int[] ids, float[] weights, int at) {
      Ids.one(value == null ? 0 : 1 + Ids.bucket(Ids.text(value), buckets - 1), ids, weights, at);
    }
  }

  /**
   * A number, standardised to (value - mean) / deviation and clipped to [-8, 8]. A missing number
   * is an input of its own, {@link #MISSING} with weight 1; a trained model takes the mean instead.
   *
   * @param mean of running statistics, where they start
   * @param deviation of running statistics, where they start; 0 if they start with the first value
   */
  record Numeric(String name, double mean, double deviation, Statistics statistics)
      implements Field {
    /** Id of a missing number. */
    public static final int MISSING = 1;

    /** Beyond this many deviations a value is clipped. */
    public static final float CLIP = 8;

    public Numeric {
      if (statistics == Statistics.CHANGES) {
        throw new IllegalArgumentException(
            "field " + name + ": statistics of changes are those of a target");
      }
      Scaling.check(name, mean, deviation, statistics);
    }

    /** Standardised by constants. */
    public Numeric(String name, double mean, double deviation) {
      this(name, mean, deviation, Statistics.GIVEN);
    }

    /** Standardised by the key's running statistics. */
    public Numeric(String name) {
      this(name, 0, 0, Statistics.KEY);
    }

    @Override
    public String toString() {
      return "Numeric[name=" + name + ", " + Scaling.text(mean, deviation, statistics) + "]";
    }

    @Override
    public int ids() {
      return 1;
    }

    @Override
    public int untrainedIds() {
      return 1;
    }

    /** Writes the weight 0 where {@link Schema#standardised} writes the number's. */
    @Override
    public void encode(Object value, long timestamp, int[] ids, float[] weights, int at)
        throws MalformedEventException {
      if (value == null) {
        Ids.one(MISSING, ids, weights, at);
        return;
      }
      if (statistics == Statistics.KEY) {
        ids[at] = 0;
        weights[at] = 0;
        return;
      }
      double number = RawEvent.number("field ", name, value);
      ids[at] = 0;
      weights[at] = Scaling.standardised(number, mean, deviation);
    }
  }

  /**
   * Time since the key's last observed event, in logarithmic buckets: bucket 0 for a key without
   * one, then bucket 1 + floor(log2(1 + seconds)), the last bucket for all beyond.
   */
  record Elapsed(String name, int buckets) implements Field {
    public Elapsed {
      if (buckets < 2 || buckets > 64) {
        throw new IllegalArgumentException(
            "field " + name + ": buckets is " + buckets + ", must be in 2 ... 64");
      }
    }

    @Override
    public int ids() {
      return buckets;
    }

    @Override
    public boolean takesValue() {
      return false;
    }

    /** Encodes "no event before". */
    @Override
    public void encode(Object value, long timestamp, int[] ids, float[] weights, int at) {
      Ids.one(0, ids, weights, at);
    }

    @Override
    public boolean isOfLag() {
      return true;
    }

    @Override
    public int lagId(EncodedEvent event, EncodedEvent lag) {
      return bucket(event.timestamp() - lag.timestamp());
    }

    /** The bucket of a time in milliseconds; one that is negative counts as 0. */
    public int bucket(long elapsedMillis) {
      long seconds = Math.max(0, elapsedMillis) / 1000;
      int bucket = 1 + 63 - Long.numberOfLeadingZeros(1 + seconds);
      return Math.min(bucket, buckets - 1);
    }
  }

  /**
   * The target of the key's last observed event: its class, whether it was true, or its number on
   * the scale of the target. Id 0 stands for a key without such an event. A trained model sees the
   * last target in any case; an associative memory sees it by this field only.
   *
   * @param targetIds {@link Target#ids} of the schema's target
   */
  record LastTarget(String name, int targetIds) implements Field {
    public LastTarget {
      if (targetIds < 1) {
        throw new IllegalArgumentException(
            "field " + name + ": targetIds is " + targetIds + ", must be at least 1");
      }
      Ids.check(name, targetIds + 1);
    }

    @Override
    public int ids() {
      return targetIds + 1;
    }

    @Override
    public boolean takesValue() {
      return false;
    }

    @Override
    public boolean isOfLag() {
      return true;
    }

    @Override
    public int lagId(EncodedEvent event, EncodedEvent lag) {
      return 1 + lag.targetId();
    }

    @Override
    public float lagWeight(EncodedEvent lag, Target target) {
      return lag.targetId() < 0 ? 1 : target.lagWeight(lag.target());
    }

    /** Encodes "no event before". */
    @Override
    public void encode(Object value, long timestamp, int[] ids, float[] weights, int at) {
      Ids.one(0, ids, weights, at);
    }
  }

  /**
   * Time of day in equal buckets. Smooth: an event between the middles of two buckets belongs to
   * both, by its distance.
   *
   * @param buckets of a day; 24 are hours
   */
  record TimeOfDay(String name, int buckets, boolean smooth, ZoneId zone) implements Field {
    public TimeOfDay {
      if (buckets < 2 || buckets > 1440) {
        throw new IllegalArgumentException(
            "field " + name + ": buckets is " + buckets + ", must be in 2 ... 1440");
      }
    }

    @Override
    public int ids() {
      return buckets;
    }

    @Override
    public int features() {
      return smooth ? 2 : 1;
    }

    @Override
    public boolean takesValue() {
      return false;
    }

    @Override
    public void encode(Object value, long timestamp, int[] ids, float[] weights, int at) {
      double position =
          LocalTime.millisOfDay(timestamp, zone) / (double) LocalTime.DAY_MILLIS * buckets;
      if (!smooth) {
        Ids.one(Math.min(buckets - 1, (int) position), ids, weights, at);
        return;
      }
      double fromMiddle = position - 0.5;
      int lower = (int) Math.floor(fromMiddle);
      float share = (float) (fromMiddle - lower);
      Ids.two(lower, share, buckets, ids, weights, at);
    }
  }

  /** Day of the week, Monday first. */
  record DayOfWeek(String name, ZoneId zone) implements Field {
    @Override
    public int ids() {
      return 7;
    }

    @Override
    public boolean takesValue() {
      return false;
    }

    @Override
    public void encode(Object value, long timestamp, int[] ids, float[] weights, int at) {
      Ids.one(LocalTime.dayOfWeek(timestamp, zone), ids, weights, at);
    }
  }
}
