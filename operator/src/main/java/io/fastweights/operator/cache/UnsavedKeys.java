package io.fastweights.operator.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Hot keys with events that the state does not have yet. The next checkpoint saves them. To keep
 * its synchronous phase short, keys beyond a bound are saved earlier: first those that have waited
 * long without use, since a key in use would have to be saved again.
 *
 * <p>A key that is saved late is saved less often. So the bound is wide after a checkpoint and
 * narrows until the next one is expected, after the same interval as the last. A wrong estimate
 * only makes the pause longer.
 */
final class UnsavedKeys {
  private static final int LOOKS = 4;

  /** Factor by which the bound is wider after a checkpoint. */
  private static final int WIDER = 8;

  /** Share of the checkpoint interval in which the bound is narrow: the next may be early. */
  private static final double NARROW = 0.2;

  private final int most;
  private final LongSupplier completed;
  private final LongSupplier time;
  private long checkpoint;
  private long interval;
  private final Deque<HotKey> waiting = new ArrayDeque<>();

  /**
   * @param most keys that may wait for a checkpoint that comes on time
   * @param completed the last batch that is no longer in flight; events of later batches are not
   *     known yet
   * @param time milliseconds
   */
  UnsavedKeys(int most, LongSupplier completed, LongSupplier time) {
    this.most = most;
    this.completed = completed;
    this.time = time;
    this.checkpoint = time.getAsLong();
  }

  /** A checkpoint has been taken: none waits. */
  void checkpoint() {
    long now = time.getAsLong();
    interval = now - checkpoint;
    checkpoint = now;
  }

  /** Number of keys that may wait now. */
  private long bound() {
    if (interval <= 0) {
      return most;
    }
    double left = 1 - (double) (time.getAsLong() - checkpoint) / interval;
    double wide = Math.min(1, Math.max(0, (left - NARROW) / (1 - NARROW)));
    return most + Math.round(wide * (WIDER - 1) * most);
  }

  /** Adds a key that has learned. */
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

  /** A key to save now, as too many wait; null if no key must or can be saved. */
  HotKey pollExcess() {
    long bound = waiting.size() > most ? bound() : most;
    for (int looks = 0; waiting.size() > bound; looks++) {
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
