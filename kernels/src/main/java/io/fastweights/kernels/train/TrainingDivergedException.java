package io.fastweights.kernels.train;

/** Training met a number that is not finite. The message names the step and the tensor. */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long step;
  private final String tensor;

  TrainingDivergedException(long step, String tensor, String message) {
    super(message);
    this.step = step;
    this.tensor = tensor;
  }

  /** The step, counted from 1. */
  public long step() {
    return step;
  }

  /** The tensor whose gradient is not finite. */
  public String tensor() {
    return tensor;
  }
}
