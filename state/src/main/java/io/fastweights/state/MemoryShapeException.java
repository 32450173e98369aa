package io.fastweights.state;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;

/** The memories in a checkpoint are of another shape than the model's, or mean something else. */
public final class MemoryShapeException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public MemoryShapeException(MemoryShape stored, MemoryShape model) {
    super(
        "the stored memories have shape [layers, heads, rows, columns] = "
            + stored
            + ", the model's have "
            + model
            + ": they cannot be carried over");
  }

  public MemoryShapeException(String stored, String model) {
    super(
        "the stored memories were made with ("
            + stored
            + "), the model has ("
            + model
            + "): they would mean something else");
  }

  public MemoryShapeException(LogShape stored, LogShape model) {
    super(
        "the stored logs have shape [updates, heads, key, columns] = [%d, %d, %d, %d]"
                .formatted(stored.updates(), stored.heads(), stored.keyDim(), stored.columns())
            + ", the model's have [%d, %d, %d, %d]: they cannot be carried over"
                .formatted(model.updates(), model.heads(), model.keyDim(), model.columns()));
  }
}
