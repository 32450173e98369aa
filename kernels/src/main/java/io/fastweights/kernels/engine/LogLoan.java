package io.fastweights.kernels.engine;

import java.nio.FloatBuffer;

/**
 * Keys and deltas of a stepped batch where its engine has them, so that an event's pair is copied
 * once. The engine ends the loan when it needs the place again: when it takes the next batch that
 * goes there, or closes.
 */
public final class LogLoan {
  private FloatBuffer keys;
  private FloatBuffer deltas;

  /**
   * @param keys as {@link EventBatch#keys}, row by row of the batch
   * @param deltas as {@link EventBatch#deltas}
   */
  public LogLoan(FloatBuffer keys, FloatBuffer deltas) {
    this.keys = keys;
    this.deltas = deltas;
  }

  /** Ends the loan; later reads fail. */
  public void end() {
    keys = null;
    deltas = null;
  }

  FloatBuffer keys() {
    return lent(keys);
  }

  FloatBuffer deltas() {
    return lent(deltas);
  }

  private static FloatBuffer lent(FloatBuffer floats) {
    if (floats == null) {
      throw new IllegalStateException(
          "the log of this batch is gone: read it before the engine takes other batches");
    }
    return floats;
  }
}
