package io.fastweights.kernels.engine;

import io.fastweights.kernels.model.LoggedEvents;
import java.util.List;

/**
 * A memory to restore into a slot.
 *
 * @param base W of every layer and head, row-major; null for zero
 * @param log events since the base, in order; without events the base is the memory
 */
public record SavedMemory(int slot, float[] base, List<LoggedEvents> log) {

  /** Events of the log. */
  public int events() {
    int events = 0;
    for (LoggedEvents some : log) {
      events += some.events();
    }
    return events;
  }
}
