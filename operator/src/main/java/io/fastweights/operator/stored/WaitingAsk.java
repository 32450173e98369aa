package io.fastweights.operator.stored;

import org.apache.flink.annotation.Internal;

/**
 * The answer to an ask that waits for its label. Its class is not named in savepoints, but its
 * fields' names are in those that {@link io.fastweights.operator.Asked} reads.
 */
@Internal
public class WaitingAsk {
  private float[] values;
  private long timestamp;
  private long expires;

  /** For the reader of the POJO format. */
  protected WaitingAsk() {}

  /**
   * @param values of the prediction
   * @param timestamp the ask's time, in milliseconds since 1970-01-01 UTC
   * @param expires time of its expiry, in milliseconds of processing time
   */
  public WaitingAsk(float[] values, long timestamp, long expires) {
    this.values = values;
    this.timestamp = timestamp;
    this.expires = expires;
  }

  /** Values of the prediction. */
  public float[] values() {
    return values;
  }

  /** The ask's time, in milliseconds since 1970-01-01 UTC. */
  public long timestamp() {
    return timestamp;
  }

  /** Time of its expiry, in milliseconds of processing time. */
  public long expires() {
    return expires;
  }
}
