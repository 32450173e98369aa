package io.fastweights.kernels.schema.items;

import io.fastweights.kernels.schema.values.Ids;
import io.fastweights.kernels.schema.values.Mix;
import java.util.Locale;

/**
 * Embeddings of items, made of their ids alone: nothing is stored for an item, and a new one needs
 * no preparation. An embedding of size m is a random vector of length 1 whose floats are
 * +-1/sqrt(m); the signs are bits of the id's hash. Of two items it has the dot product 0 on
 * average, with a standard deviation of 1/sqrt(m).
 */
public final class Items {
  /** Smallest size of an embedding, and a divisor of every size. */
  public static final int STEP = 8;

  /** Largest size of an embedding. */
  public static final int MOST_SIZE = 1024;

  /** Most candidates of an event. */
  public static final int MOST_CANDIDATES = 10_000;

  private Items() {}

  /** The hash of an id: the same on every JVM. Blanks around the id do not count. */
  public static long hash(String id) {
    return Ids.hash(id.trim());
  }

  /** Eight signs of the embedding of an item, those of the floats from 8 * {@code octet} on. */
  static int signs(long hash, int octet) {
    return (int) (Mix.word(hash, octet / STEP) >>> STEP * (octet % STEP)) & 0xff;
  }

  /** The magnitude of each float of an embedding. */
  static float magnitude(int size) {
    return (float) (1 / Math.sqrt(size));
  }

  /**
   * Writes the embedding of an item into {@code into[0 ... size - 1]}.
   *
   * @param size floats, a multiple of {@value #STEP}
   */
  public static void embed(long hash, int size, float[] into) {
    float magnitude = magnitude(size);
    for (int i = 0; i < size; i++) {
      boolean positive = (signs(hash, i / STEP) >>> (i % STEP) & 1) == 1;
      into[i] = positive ? magnitude : -magnitude;
    }
  }

  /**
   * @throws IllegalArgumentException if a target's embeddings cannot have this size
   */
  public static void checkSize(String target, int size) {
    if (size < STEP || size > MOST_SIZE || size % STEP != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "target %s: size is %d, must be a multiple of %d in %d ... %d",
              target,
              size,
              STEP,
              STEP,
              MOST_SIZE));
    }
  }
}
