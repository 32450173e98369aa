package io.fastweights.operator.model;

import org.apache.flink.annotation.Internal;

/**
 * The items of the highest scores, in an order that does not depend on that in which they come: by
 * score, then by the hash of the id. An item that comes twice with one score counts once. Not
 * thread-safe.
 */
@Internal
public final class TopItems {
  private final float[] scores;
  private final long[] hashes;
  private final int[] places;
  private int size;

  /**
   * @param most items that are kept
   */
  public TopItems(int most) {
    scores = new float[most];
    hashes = new long[most];
    places = new int[most];
  }

  /** Begins again. */
  public void clear() {
    size = 0;
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /** Scores, the highest first; valid up to {@link #size} and until the next change. */
  public float[] scores() {
    return scores;
  }

  /** Hashes of the ids, in the same order. */
  public long[] hashes() {
    return hashes;
  }

  /** Place of an item, as {@link #add} got it. */
  public int place(int i) {
    return places[i];
  }

  /**
   * Adds an item.
   *
   * @param place to be returned by {@link #place(int)}
   */
  public void add(float score, long hash, int place) {
    if (size == scores.length && !isBetter(score, hash, size - 1)) {
      return;
    }
    int at = size;
    while (at > 0 && isBetter(score, hash, at - 1)) {
      at--;
    }
    if (at > 0 && hashes[at - 1] == hash) {
      return;
    }
    int moved = Math.min(size, scores.length - 1) - at;
    System.arraycopy(scores, at, scores, at + 1, moved);
    System.arraycopy(hashes, at, hashes, at + 1, moved);
    System.arraycopy(places, at, places, at + 1, moved);
    scores[at] = score;
    hashes[at] = hash;
    places[at] = place;
    size = Math.min(size + 1, scores.length);
  }

  private boolean isBetter(float score, long hash, int than) {
    return score > scores[than]
        || score == scores[than] && Long.compareUnsigned(hash, hashes[than]) < 0;
  }
}
