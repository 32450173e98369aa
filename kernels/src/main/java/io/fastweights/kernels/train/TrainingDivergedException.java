package io.fastweights.kernels.train;

/** Training met a number that is not finite. The message names the step and the tensor. */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingDivergedException(String message) {
    super(message);
  }
}
