package io.fastweights.jobs.quality;

import java.util.HashMap;
import java.util.Map;

/** The items that a key took: the last first, each with how often. */
final class KeyItems {
  /** Items of a key that are kept; beyond, those that were taken least recently are dropped. */
  static final int MOST = 256;

  private KeyItems() {}

  /**
   * Adds an item.
   *
   * @param items hash and count of each in turn; null for none
   * @return a new array
   */
  static long[] with(long[] items, long hash) {
    int length = items == null ? 0 : items.length;
    int at = 0;
    while (at < length && items[at] != hash) {
      at += 2;
    }
    boolean isNew = at >= length;
    int kept = isNew ? Math.min(length, 2 * (MOST - 1)) : length - 2;
    long[] next = new long[kept + 2];
    next[0] = hash;
    next[1] = isNew ? 1 : items[at + 1] + 1;
    if (isNew && length > 0) {
      System.arraycopy(items, 0, next, 2, kept);
    } else if (!isNew) {
      System.arraycopy(items, 0, next, 2, at);
      System.arraycopy(items, at + 2, next, 2 + at, length - at - 2);
    }
    return next;
  }

  /** The hashes. */
  static long[] hashes(long[] items) {
    long[] hashes = new long[items == null ? 0 : items.length / 2];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = items[2 * i];
    }
    return hashes;
  }

  /** Scores by how recently an item was taken: the last has the highest. */
  static Map<Long, Float> recency(long[] items) {
    Map<Long, Float> scores = new HashMap<>();
    for (int i = 0; items != null && i < items.length; i += 2) {
      scores.put(items[i], (float) (MOST - i / 2));
    }
    return scores;
  }

  /** Scores by how often an item was taken. */
  static Map<Long, Float> counts(long[] items) {
    Map<Long, Float> scores = new HashMap<>();
    for (int i = 0; items != null && i < items.length; i += 2) {
      scores.put(items[i], (float) items[i + 1]);
    }
    return scores;
  }
}
