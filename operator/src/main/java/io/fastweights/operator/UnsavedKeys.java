package io.fastweights.operator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Hot keys that have learned what the state does not have yet. They are to be saved by the next
 * checkpoint; so that it need not save many while the job stands still, keys beyond a bound are
 * saved before: first those that have waited long and were not used since, as a key in use would
 * only have to be saved again.
 */
final class UnsavedKeys {
  private static final int LOOKS = 4;

  private final int most;
  private final LongSupplier completed;
  private final Deque<HotKey> waiting = new ArrayDeque<>();

  /**
   * @param most keys that may wait for a checkpoint
   * @param completed the last batch that is no longer in flight: until then it is not known what a
   *     key has learned
   */
  UnsavedKeys(int most, LongSupplier completed) {
    this.most = most;
    this.completed = completed;
  }

  /** A key has learned. */
  void add(HotKey hot) {
    if (!hot.unsaved) {
      hot.unsaved = true;
      enqueue(hot);
    }
  }

  private void enqueue(HotKey hot) {
    hot.waitsSince = hot.batch;
    waiting.add(hot);
  }

  /** A key to be saved now, as too many wait; null if none must or can be. */
  HotKey pollExcess() {
    for (int looks = 0; waiting.size() > most; looks++) {
      HotKey hot = waiting.remove();
      if (hot.gone) {
        continue;
      }
      boolean inFlight = hot.batch > completed.getAsLong();
      boolean used = hot.batch > hot.waitsSince;
      if (!inFlight && (!used || looks >= LOOKS)) {
        hot.unsaved = false;
        return hot;
      }
      enqueue(hot);
      if (looks >= 2 * LOOKS) {
        return null;
      }
    }
    return null;
  }

  /** Any key that waits; null if none does. */
  HotKey poll() {
    HotKey hot = waiting.poll();
    while (hot != null && hot.gone) {
      hot = waiting.poll();
    }
    if (hot != null) {
      hot.unsaved = false;
    }
    return hot;
  }

  /** Forgets all that wait, unsaved. */
  void clear() {
    waiting.clear();
  }
}
