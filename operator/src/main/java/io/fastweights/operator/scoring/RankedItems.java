package io.fastweights.operator.scoring;

import io.fastweights.kernels.schema.items.Items;
import io.fastweights.operator.api.Ranking;
import java.util.Arrays;
import org.apache.flink.annotation.Internal;

/**
 * The items of a ranking as floats, to be stored with an ask: their number, then the hash of each
 * id in {@value #PIECES} pieces of 16 bits, which floats hold exactly.
 */
@Internal
public final class RankedItems {
  /** Floats of an item. */
  public static final int PIECES = 4;

  private static final int BITS = 16;
  private static final long MASK = (1L << BITS) - 1;

  private RankedItems() {}

  /** Floats of a ranking of so many items. */
  public static int floats(int items) {
    return 1 + PIECES * items;
  }

  /** Floats of the ranking that begins at a place. */
  public static int floats(float[] stored, int at) {
    return floats((int) stored[at]);
  }

  /**
   * Writes a ranking.
   *
   * @param hashes of the ids, see {@link io.fastweights.kernels.schema.items.Items#hash}
   * @param items how many of them
   */
  public static void write(long[] hashes, int items, float[] into, int at) {
    into[at] = items;
    for (int i = 0; i < items; i++) {
      for (int piece = 0; piece < PIECES; piece++) {
        into[at + 1 + PIECES * i + piece] = hashes[i] >>> BITS * piece & MASK;
      }
    }
  }

  /** The items of a ranking as floats. */
  static float[] of(Ranking ranking) {
    int items = ranking.items().length;
    long[] hashes = new long[items];
    Arrays.setAll(hashes, i -> Items.hash(ranking.items()[i]));
    float[] floats = new float[floats(items)];
    write(hashes, items, floats, 0);
    return floats;
  }

  /** The place of an item, as {@link Ranking#rank()}. */
  public static int rank(float[] stored, int at, long hash) {
    int items = (int) stored[at];
    if (items == 0) {
      return Ranking.NONE;
    }
    for (int i = 0; i < items; i++) {
      long read = 0;
      for (int piece = 0; piece < PIECES; piece++) {
        read |= (long) stored[at + 1 + PIECES * i + piece] << BITS * piece;
      }
      if (read == hash) {
        return i + 1;
      }
    }
    return Ranking.ABSENT;
  }
}
