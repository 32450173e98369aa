package io.fastweights.kernels.schema.values;

import java.nio.charset.StandardCharsets;

/** Ids of fields: how many, the bucket of a text, and how an event takes them. */
public final class Ids {
  /** Largest number of ids of a field. */
  public static final int MOST = 1 << 24;

  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Ids() {}

  /**
   * @throws IllegalArgumentException if a field has more than {@link #MOST}
   */
  public static void check(String field, int ids) {
    if (ids > MOST) {
      throw new IllegalArgumentException(
          "field " + field + " has " + ids + " ids, must be at most " + MOST);
    }
  }

  /** Writes one id with weight 1. */
  public static void one(int id, int[] ids, float[] weights, int at) {
    ids[at] = id;
    weights[at] = 1;
  }

  /** Writes two neighbours on a circle of ids; the upper one has {@code share} of the weight. */
  public static void two(int lower, float share, int circle, int[] ids, float[] weights, int at) {
    ids[at] = Math.floorMod(lower, circle);
    weights[at] = 1 - share;
    ids[at + 1] = Math.floorMod(lower + 1, circle);
    weights[at + 1] = share;
  }

  /** A value as a text: a whole number without a decimal point. */
  public static String text(Object value) {
    if (value instanceof Number number) {
      double d = number.doubleValue();
      return d == Math.rint(d) && Math.abs(d) < 1e15 ? Long.toString((long) d) : value.toString();
    }
    return value.toString();
  }

  /** The bucket of a text's {@link #hash}: the same on every JVM. */
  public static int bucket(String text, int buckets) {
    return bucket(hash(text), buckets);
  }

  /** The bucket of a hash. */
  public static int bucket(long hash, int buckets) {
    return (int) Long.remainderUnsigned(hash, buckets);
  }

  /** FNV-1a over UTF-8, then mixed: the same on every JVM. */
  public static long hash(String text) {
    long hash = FNV_BASIS;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return Mix.mix64(hash(text.getBytes(StandardCharsets.UTF_8)));
      }
      hash = (hash ^ c) * FNV_PRIME;
    }
    return Mix.mix64(hash);
  }

  private static long hash(byte[] bytes) {
    long hash = FNV_BASIS;
    for (byte b : bytes) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return hash;
  }
}
