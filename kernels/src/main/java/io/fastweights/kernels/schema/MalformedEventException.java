package io.fastweights.kernels.schema;

/**
 * An event that cannot be encoded. The message says which field and why. Carries no stack trace.
 */
public final class MalformedEventException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedEventException(String reason) {
    super(reason, null, false, false);
  }
}
