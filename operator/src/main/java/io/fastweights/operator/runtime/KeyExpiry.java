package io.fastweights.operator.runtime;

import io.fastweights.operator.cache.HotKey;
import io.fastweights.operator.cache.HotMemory;
import io.fastweights.operator.model.Fading;
import io.fastweights.state.FastWeightStore;
import io.fastweights.state.StoredMemory;
import java.util.function.Consumer;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.util.MathUtils;

/**
 * Expiry of keys: a key that has not learned for longer than {@code ttl}, by the times of its own
 * events, has an empty memory at its next event. The memory of an event depends on its key's events
 * alone, and neither on the cache nor on the timers.
 *
 * <p>The timers only purge expired keys. Each key that has learned has one, at the expiry time
 * known when it was set. If the key has learned since then, the timer is set again when it fires,
 * so a busy key pays once per ttl and not for each event. A timer fires when the watermark has
 * passed the expiry. A late event from before the expiry may find the key purged and then starts
 * from an empty memory.
 *
 * <p>The watermark of the end of the input expires no key: a savepoint of a drained job keeps its
 * memories. It fires all timers, so that their keys are {@link UnwatchedKeys} in a job restored
 * from it.
 */
@Internal
public final class KeyExpiry implements Triggerable<Object, VoidNamespace> {
  private static final int SPREAD = 1 << 10;

  private final long ttl;
  private final Runnable lostTimers;
  private HotMemory memory;
  private FastWeightStore store;
  private Consumer<Object> currentKey;
  private ValueState<Long> timer;
  private InternalTimerService<VoidNamespace> timers;
  private long expired;
  private long purged;

  /**
   * @param ttl in milliseconds; 0 for keys that never expire
   * @param lostTimers runs for each timer that the end of the input fired
   */
  KeyExpiry(long ttl, Runnable lostTimers) {
    this.ttl = ttl;
    this.lostTimers = lostTimers;
  }

  /** True if keys expire. */
  boolean isOn() {
    return ttl > 0;
  }

  /**
   * Enables the timers that purge expired keys.
   *
   * @param timer the time of the current key's timer
   */
  void purge(
      HotMemory memory,
      FastWeightStore store,
      Consumer<Object> currentKey,
      ValueState<Long> timer,
      InternalTimerService<VoidNamespace> timers) {
    this.memory = memory;
    this.store = store;
    this.currentKey = currentKey;
    this.timer = timer;
    this.timers = timers;
  }

  /** True if a key has expired at a time. */
  boolean isDead(HotKey hot, long time) {
    return isOn() && hot.learned != Fading.NEVER && time > death(hot.learned);
  }

  /** Last time at which a key is alive. */
  private long death(long learned) {
    return later(learned, ttl);
  }

  private static long later(long time, long millis) {
    long sum = time + millis;
    return sum < time ? Long.MAX_VALUE : sum;
  }

  /** Counts a key that expired before its event. */
  void reborn() {
    expired++;
  }

  /** Sets the expiry timer of a key that has learned. */
  void watch(HotKey hot) throws Exception {
    if (isOn() && !hot.watched) {
      currentKey.accept(hot.key);
      if (timer.value() == null) {
        schedule(hot.learned);
      }
      hot.watched = true;
    }
  }

  /**
   * Sets the timer of a key in state that may have none. Its memory may be large, so it is read
   * only when the timer fires: within a ttl from now, at a different time for each key.
   */
  void watchStored(Object key) throws Exception {
    currentKey.accept(key);
    Long set = timer.value();
    if (set == null) {
      long spread = ttl / SPREAD * (MathUtils.murmurHash(key.hashCode()) % SPREAD);
      set = later(timers.currentWatermark(), 1 + spread);
      timer.update(set);
    }
    timers.registerEventTimeTimer(VoidNamespace.INSTANCE, set);
  }

  private void schedule(long learned) throws Exception {
    long death = death(learned);
    timers.registerEventTimeTimer(VoidNamespace.INSTANCE, death);
    timer.update(death);
  }

  @Override
  public void onEventTime(InternalTimer<Object, VoidNamespace> fired) throws Exception {
    if (timers.currentWatermark() == Long.MAX_VALUE) {
      timer.clear();
      lostTimers.run();
      return;
    }
    HotKey hot = memory.peek(fired.getKey());
    StoredMemory stored = hot == null ? store.load() : null;
    long learned =
        hot != null ? hot.learned : stored != null ? stored.lag().timestamp() : Fading.NEVER;
    if (learned != Fading.NEVER && death(learned) > timers.currentWatermark()) {
      schedule(learned);
      return;
    }
    if (learned == Fading.NEVER) {
      timer.clear();
      return;
    }
    if (hot != null) {
      memory.forget(hot);
    }
    store.clear();
    timer.clear();
    purged++;
  }

  @Override
  public void onProcessingTime(InternalTimer<Object, VoidNamespace> fired) {
    throw new IllegalStateException("keys die in event time");
  }

  /** Keys that had expired when their next event came. */
  public long expired() {
    return expired;
  }

  /** Expired keys whose memories were purged. */
  public long purged() {
    return purged;
  }
}
