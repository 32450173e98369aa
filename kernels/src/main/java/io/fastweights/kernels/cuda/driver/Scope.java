package io.fastweights.kernels.cuda.driver;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Owns resources that are made one after the other and closed together, last first. All are closed,
 * also when closing one fails; the first failure is thrown, with the others in it.
 */
public final class Scope implements AutoCloseable {
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  public <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  /** True if nothing was made, or all is closed. */
  boolean isEmpty() {
    return owned.isEmpty();
  }

  /** Closes all after a failure; returns it with failures of closing added. */
  public RuntimeException closeAfter(RuntimeException failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = e instanceof RuntimeException r ? r : new IllegalStateException(e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
