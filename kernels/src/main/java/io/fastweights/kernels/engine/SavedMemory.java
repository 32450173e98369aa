package io.fastweights.kernels.engine;

import io.fastweights.kernels.model.LoggedEvents;
import java.util.List;

/**
 * A memory that is to be put into a slot.
 *
 * @param base W of every layer and head, row-major; null for zero
 * @param log what rewrote it since, in order; without events the base is the memory
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
