package io.fastweights.operator.cache;

import java.util.function.Predicate;
import org.apache.flink.annotation.Internal;

/**
 * The order in which entries of a cache are evicted: SIEVE (Zhang et al., NSDI 2024). Entries are
 * in the order of their insertion. A hit only marks its entry. A hand moves from old to new, clears
 * marks, and stops at the first entry that has none and is not held.
 */
@Internal
public final class Sieve<E extends Sieve.Entry<E>> {
  private final Predicate<E> held;
  private E newest;
  private E oldest;
  private E hand;
  private int size;

  /** An entry, which holds its own links in the order: insertion allocates nothing. */
  public abstract static class Entry<E extends Entry<E>> {
    /** Hit since the hand last passed. */
    boolean visited;

    E newer;
    E older;
  }

  /**
   * @param held true for an entry that must not be evicted now
   */
  public Sieve(Predicate<E> held) {
    this.held = held;
  }

  /** Adds an entry as the newest. */
  public void add(E entry) {
    entry.older = newest;
    if (newest == null) {
      oldest = entry;
    } else {
      newest.newer = entry;
    }
    newest = entry;
    size++;
  }

  /** Marks an entry that was used. */
  public void hit(E entry) {
    entry.visited = true;
  }

  /**
   * Moves the hand to the entry to evict, which is still to be {@linkplain #remove removed}.
   *
   * @return null if all entries are held
   */
  public E victim() {
    E victim = hand == null ? oldest : hand;
    for (int steps = 0; victim != null && (victim.visited || held.test(victim)); steps++) {
      if (steps > 2 * size) {
        return null;
      }
      victim.visited = false;
      victim = victim.newer == null ? oldest : victim.newer;
    }
    hand = victim;
    return victim;
  }

  /** Takes an entry out of the order, evicted or not. */
  public void remove(E entry) {
    size--;
    if (hand == entry) {
      hand = entry.newer;
    }
    if (entry.older == null) {
      oldest = entry.newer;
    } else {
      entry.older.newer = entry.newer;
    }
    if (entry.newer == null) {
      newest = entry.older;
    } else {
      entry.newer.older = entry.older;
    }
  }

  /** Takes out all entries. */
  public void clear() {
    newest = null;
    oldest = null;
    hand = null;
    size = 0;
  }

  /** Entries in the order. */
  public int size() {
    return size;
  }
}
