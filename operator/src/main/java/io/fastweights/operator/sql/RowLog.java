package io.fastweights.operator.sql;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import java.util.Arrays;

/**
 * Floats of a logged event: its keys and its deltas; of a model whose memories deltas do not give
 * back, its keys, its value and the betas of the heads.
 */
final class RowLog {
  private final LogShape shape;
  private final boolean deltas;
  private final float[] betas;

  RowLog(Model model) {
    shape = LogShape.of(model);
    deltas = model.replaysDeltas();
    betas = model.betas();
  }

  /** Floats of an event. */
  int floats() {
    return deltas ? shape.floats() : shape.keys() + shape.columns() + shape.heads();
  }

  /** The floats of the event in a batch of one. */
  float[] floats(EventBatch batch) {
    float[] floats = new float[floats()];
    if (deltas) {
      System.arraycopy(batch.keys(), 0, floats, 0, shape.keys());
      System.arraycopy(batch.deltas(), 0, floats, shape.keys(), shape.deltas());
      return floats;
    }
    int values = shape.keys();
    System.arraycopy(batch.inputs(), 0, floats, 0, values);
    System.arraycopy(batch.targets(), 0, floats, values, shape.columns());
    System.arraycopy(betas, 0, floats, values + shape.columns(), betas.length);
    return floats;
  }

  /**
   * The event of its floats.
   *
   * @param fade factor that the memory was multiplied by before it
   */
  LoggedEvents events(float[] floats, float fade) {
    float[] fades = {fade};
    float[] keys = Arrays.copyOf(floats, shape.keys());
    if (deltas) {
      return LoggedEvents.ofDeltas(
          1, keys, Arrays.copyOfRange(floats, shape.keys(), floats.length), fades);
    }
    int end = shape.keys() + shape.columns();
    return LoggedEvents.ofValues(
        1,
        keys,
        Arrays.copyOfRange(floats, shape.keys(), end),
        Arrays.copyOfRange(floats, end, floats.length),
        fades);
  }

  /** In the text that a stored memory's checksum is of, which must not change. */
  @Override
  public String toString() {
    return deltas ? shape.toString() : shape + " with values";
  }
}
