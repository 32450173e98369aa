package io.fastweights.kernels.schema.items;

import io.fastweights.kernels.schema.values.Mix;

/**
 * Scores of items for a read-out: the dot product of each item's embedding (see {@link Items}) with
 * it. Eight signs at a time are looked up in a table of partial sums, so a score takes one addition
 * for eight floats, and its bits depend on the read-out and the item alone. Reused from read-out to
 * read-out; not thread-safe.
 */
public final class ItemScores {
  private static final int SIGNS = 1 << Items.STEP;

  private final float[] sums;
  private final float magnitude;

  /**
   * @param size floats of a read-out
   */
  public ItemScores(int size) {
    Items.checkSize("of items", size);
    sums = new float[size / Items.STEP * SIGNS];
    magnitude = Items.magnitude(size);
  }

  /** Takes the next read-out, float[size]. */
  public void readOut(float[] values) {
    for (int octet = 0; octet * SIGNS < sums.length; octet++) {
      int at = octet * SIGNS;
      float none = 0;
      for (int i = 0; i < Items.STEP; i++) {
        none -= values[octet * Items.STEP + i];
      }
      sums[at] = none;
      for (int signs = 1; signs < SIGNS; signs++) {
        int first = Integer.numberOfTrailingZeros(signs);
        sums[at + signs] = sums[at + (signs & signs - 1)] + 2 * values[octet * Items.STEP + first];
      }
    }
  }

  /**
   * The score of an item.
   *
   * @param hash of its id, see {@link Items#hash}
   */
  public float of(long hash) {
    float sum = 0;
    long word = 0;
    for (int octet = 0; octet * SIGNS < sums.length; octet++) {
      if (octet % Items.STEP == 0) {
        word = Mix.word(hash, octet / Items.STEP);
      }
      sum += sums[octet * SIGNS + (int) (word & 0xff)];
      word >>>= Items.STEP;
    }
    return sum * magnitude;
  }
}
