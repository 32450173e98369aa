package io.fastweights.state;

import io.fastweights.kernels.schema.EncodedEvent;
import java.util.List;

/**
 * A key's memory as the state has it: {@code base} rewritten by the chunks of {@code log}, in
 * order.
 *
 * @param base null for a young key: its memory starts from zero
 * @param log not empty where there is no base
 */
public record StoredMemory(KeyMemory base, List<LogChunk> log) {

  /** The key's last observed event. */
  public EncodedEvent lag() {
    return log.isEmpty() ? base.lag() : log.get(log.size() - 1).lag();
  }

  /** Observed events of the key. */
  public long events() {
    return log.isEmpty() ? base.events() : log.get(log.size() - 1).total();
  }

  /** Events in the log. */
  public int logged() {
    int events = 0;
    for (LogChunk chunk : log) {
      events += chunk.events();
    }
    return events;
  }
}
