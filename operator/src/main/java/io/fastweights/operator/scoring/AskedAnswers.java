package io.fastweights.operator.scoring;

import io.fastweights.operator.stored.StoredNames;
import io.fastweights.operator.stored.WaitingAsk;
import io.fastweights.operator.stored.WaitingAskSerializer;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.streaming.api.TimerService;

/**
 * The answers to asks of the current key, by id, until their label arrives or their time to live
 * ends; another ask of the same id replaces the previous one.
 */
final class AskedAnswers {
  /** Asks of a key expire together, at multiples of this part of the time to live. */
  private static final int EXPIRIES = 16;

  private final MapState<String, WaitingAsk> asked;
  private final long ttl;

  /**
   * @param ttl in milliseconds of processing time
   */
  AskedAnswers(RuntimeContext context, long ttl) {
    this.asked =
        context.getMapState(
            new MapStateDescriptor<>(
                StoredNames.WAITING_ASKS, StringSerializer.INSTANCE, new WaitingAskSerializer()));
    this.ttl = ttl;
  }

  /** Removes and returns the ask that waits for this label; null if there is none. */
  WaitingAsk take(String id) throws Exception {
    WaitingAsk earlier = id == null ? null : asked.get(id);
    if (earlier != null) {
      asked.remove(id);
    }
    return earlier;
  }

  void remember(String id, float[] values, long timestamp, TimerService timers) throws Exception {
    long step = Math.max(1, ttl / EXPIRIES);
    long expires = -Math.floorDiv(-(timers.currentProcessingTime() + ttl), step) * step;
    asked.put(id, new WaitingAsk(values, timestamp, expires));
    timers.registerProcessingTimeTimer(expires);
  }

  /** Removes all asks of the key and returns their number. */
  int forget(TimerService timers) throws Exception {
    int waiting = 0;
    for (WaitingAsk ask : asked.values()) {
      timers.deleteProcessingTimeTimer(ask.expires());
      waiting++;
    }
    asked.clear();
    return waiting;
  }

  /** Removes expired asks and returns their number. */
  int expire(long time) throws Exception {
    int expired = 0;
    Iterator<Map.Entry<String, WaitingAsk>> entries = asked.iterator();
    while (entries.hasNext()) {
      if (entries.next().getValue().expires() <= time) {
        entries.remove();
        expired++;
      }
    }
    if (asked.isEmpty()) {
      // The heap backend keeps an empty map after an iterator has emptied it.
      asked.clear();
    }
    return expired;
  }
}
