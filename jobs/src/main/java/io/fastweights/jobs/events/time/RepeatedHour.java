package io.fastweights.jobs.events.time;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells the two passes of the hour that is repeated where clocks are set back. An event is of the
 * first pass until the clock of its key goes back, and of the second from there on.
 */
public final class RepeatedHour {
  private static final long SECOND = Long.MIN_VALUE;
  private static final long KEPT_MILLIS = 86_400_000;

  private final Map<String, Long> lastOf = new HashMap<>();
  private long transition = Long.MIN_VALUE;

  /**
   * True if an event with a repeated local time belongs to the second pass.
   *
   * @param at when the clocks are set back
   * @param localMillis local time
   */
  boolean second(Instant at, String key, long localMillis) {
    if (at.toEpochMilli() != transition) {
      lastOf.clear();
      transition = at.toEpochMilli();
    }
    Long last = lastOf.get(key);
    boolean second = last != null && (last == SECOND || localMillis < last);
    lastOf.put(key, second ? SECOND : (Long) localMillis);
    return second;
  }

  /** Forgets the keys of an hour that is long past. */
  void passed(long millis) {
    if (!lastOf.isEmpty() && millis > transition + KEPT_MILLIS) {
      lastOf.clear();
    }
  }

  /** Each key's last local time in the repeated hour; nearly always empty. */
  public Map<String, Long> state() {
    return lastOf;
  }

  public long transition() {
    return transition;
  }

  public void restore(long at, String key, long last) {
    transition = at;
    lastOf.put(key, last);
  }
}
