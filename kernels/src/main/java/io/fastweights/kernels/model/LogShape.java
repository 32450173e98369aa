package io.fastweights.kernels.model;

/**
 * The shape of one event in a memory's log: keys float[updates][heads][keyDim] before phi, and
 * deltas float[updates][heads][columns]; or instead of those, where all heads are given one value,
 * that value float[columns]. Replayed in order they give the memory bit for bit. With a forget gate
 * a delta's last float is the gate's, in steps.
 *
 * @param updates rewrites of the memory by one event
 * @param heads heads of a layer
 * @param keyDim d, floats of a head's key
 * @param columns floats of a head's delta: those of its value, and one of a forget gate
 */
public record LogShape(int updates, int heads, int keyDim, int columns) {

  public static LogShape of(Model model) {
    int columns = model.memory().columns() + (model.forgets() ? 1 : 0);
    return new LogShape(model.updates(), model.memory().heads(), model.keyDim(), columns);
  }

  /** Floats of an event's keys. */
  public int keys() {
    return updates * heads * keyDim;
  }

  /** Floats of an event's deltas. */
  public int deltas() {
    return updates * heads * columns;
  }

  /** Floats of an event in a log of deltas. */
  public int floats() {
    return keys() + deltas();
  }
}
