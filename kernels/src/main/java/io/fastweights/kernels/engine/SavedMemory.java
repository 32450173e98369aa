package io.fastweights.kernels.engine;

import java.util.List;

/**
 * A memory that is to be put into a slot.
 *
 * @param base W of every layer and head, row-major; null for zero
 * @param log what rewrote it since, in order; without events the base is the memory
 */
public record SavedMemory(int slot, float[] base, List<Events> log) {

  /**
   * Logged events.
   *
   * @param keys float[events][updates][heads][keyDim], as {@link EventBatch#keys}
   * @param deltas float[events][updates][heads][columns], as {@link EventBatch#deltas}
   * @param fades float[events], as {@link EventBatch#fade}; null if all are 1
   * @param events how many
   */
  public record Events(float[] keys, float[] deltas, float[] fades, int events) {}

  /** Events of the log. */
  public int events() {
    int events = 0;
    for (Events some : log) {
      events += some.events();
    }
    return events;
  }
}
