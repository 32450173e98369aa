package io.fastweights.kernels.schema;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One part of an event's context and how it becomes features. A feature is an id and a weight; the
 * model has a vector for each id, and the input is the weighted sum of them.
 */
public sealed interface Field {

  /** Largest number of ids of a field. */
  int MOST_IDS = 1 << 24;

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
   * @param value the reader's value: String, Double or null
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
      ids[at] = value == null ? 0 : idOf.getOrDefault(Ids.text(value), 0);
      weights[at] = 1;
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
      ids[at] = value == null ? 0 : 1 + Ids.bucket(Ids.text(value), buckets - 1);
      weights[at] = 1;
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

    /** Milliseconds since 1970 are within it. */
    static final double LARGEST_MEAN = 1e15;

    /** Beyond it, or below its inverse, every value is the same number or clipped. */
    private static final double LARGEST_DEVIATION = 1e12;

    public Numeric {
      if (statistics == Statistics.CHANGES) {
        throw new IllegalArgumentException(
            "field " + name + ": statistics of changes are those of a target");
      }
      if (!(Math.abs(mean) <= LARGEST_MEAN)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "field %s: mean is %s, must be within -%s and %s",
                name,
                mean,
                LARGEST_MEAN,
                LARGEST_MEAN));
      }
      boolean starts = statistics == Statistics.GIVEN || deviation != 0;
      if (starts && !(deviation >= 1 / LARGEST_DEVIATION && deviation <= LARGEST_DEVIATION)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "field %s: deviation is %s, must be positive, from %s to %s",
                name,
                deviation,
                1 / LARGEST_DEVIATION,
                LARGEST_DEVIATION));
      }
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
      return String.format(Locale.ROOT, "Numeric[name=%s, %s]", name, scale());
    }

    /** In words. */
    String scale() {
      String constants = "mean=" + mean + ", deviation=" + deviation;
      if (statistics == Statistics.GIVEN) {
        return constants;
      }
      return "running statistics of the key" + (deviation == 0 ? "" : " from " + constants);
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
        ids[at] = MISSING;
        weights[at] = 1;
        return;
      }
      if (statistics == Statistics.KEY) {
        ids[at] = 0;
        weights[at] = 0;
        return;
      }
      double number = RawEvent.number("field ", name, value);
      ids[at] = 0;
      weights[at] = Math.max(-CLIP, Math.min(CLIP, (float) ((number - mean) / deviation)));
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
      ids[at] = 0;
      weights[at] = 1;
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
      ids[at] = 0;
      weights[at] = 1;
    }
  }

  /**
   * Time of day in equal buckets. Smooth: an event between the middles of two buckets belongs to
   * both, by its distance.
   *
   * @param buckets of a day; 24 are hours
   */
  record TimeOfDay(String name, int buckets, boolean smooth, ZoneId zone) implements Field {
    private static final double DAY_MILLIS = 86_400_000;

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
      ZonedDateTime time = Instant.ofEpochMilli(timestamp).atZone(zone);
      double position = time.toLocalTime().toNanoOfDay() / 1e6 / DAY_MILLIS * buckets;
      if (!smooth) {
        ids[at] = Math.min(buckets - 1, (int) position);
        weights[at] = 1;
        return;
      }
      double fromMiddle = position - 0.5;
      int lower = (int) Math.floor(fromMiddle);
      float share = (float) (fromMiddle - lower);
      ids[at] = Math.floorMod(lower, buckets);
      weights[at] = 1 - share;
      ids[at + 1] = Math.floorMod(lower + 1, buckets);
      weights[at + 1] = share;
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
      ids[at] = Instant.ofEpochMilli(timestamp).atZone(zone).getDayOfWeek().getValue() - 1;
      weights[at] = 1;
    }
  }

  /** Methods that the fields share. */
  final class Ids {
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** Largest character that is one byte in UTF-8. */
    private static final char ASCII = 0x7f;

    private Ids() {}

    static void check(String field, int ids) {
      if (ids > MOST_IDS) {
        throw new IllegalArgumentException(
            "field " + field + " has " + ids + " ids, must be at most " + MOST_IDS);
      }
    }

    static String text(Object value) {
      return value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15
          ? Long.toString(d.longValue())
          : value.toString();
    }

    /** FNV-1a over UTF-8, then mixed: the same bucket on every JVM. */
    static int bucket(String text, int buckets) {
      long hash = FNV_BASIS;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c > ASCII) {
          return (int) Long.remainderUnsigned(Mix.mix64(hashOfBytes(text)), buckets);
        }
        hash = (hash ^ c) * FNV_PRIME;
      }
      return (int) Long.remainderUnsigned(Mix.mix64(hash), buckets);
    }

    private static long hashOfBytes(String text) {
      long hash = FNV_BASIS;
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        hash = (hash ^ (b & 0xff)) * FNV_PRIME;
      }
      return hash;
    }
  }
}
