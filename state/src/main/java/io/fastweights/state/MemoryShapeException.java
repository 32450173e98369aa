package io.fastweights.state;

import io.fastweights.kernels.model.MemoryShape;

/** The memories in a checkpoint are of another shape than the model's. */
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
}
