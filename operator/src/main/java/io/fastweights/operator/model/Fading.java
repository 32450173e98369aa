package io.fastweights.operator.model;

import java.time.Duration;
import org.apache.flink.annotation.Internal;

/**
 * Decay of memories: at a key's next event W is multiplied by f = 2^(-elapsed / half-life), where
 * elapsed is the time since the key's last observed event.
 *
 * <p>Elapsed time is counted in whole steps of a sixteenth of the half-life, on a clock that all
 * keys share and that starts at the epoch: f = 2^(-n / 16) for n steps between the key's last
 * observed event and this one. So the decay does not depend on the number of events, to within one
 * step (4.3%). Without steps, f of a busy key is so near 1 that rounding cancels it: f itself
 * rounds to 1 above 1 - 2^-25, and such a key never decays. It would also multiply all of W at
 * every event, instead of once a step.
 */
@Internal
public final class Fading {
  /** Stands for the time of the last observed event of a key that has none. */
  public static final long NEVER = Long.MIN_VALUE;

  private static final int STEPS = 16;

  /** Half-lives after which f is 0 in fp32. */
  private static final int MOST = 256;

  private final long halfLife;

  /**
   * @param halfLife of at least 1 ms, or 0 for no decay
   */
  public Fading(Duration halfLife) {
    this.halfLife = halfLife.toMillis();
  }

  /**
   * Factor that a memory is multiplied by before an event, in 0 ... 1: the same bits on every
   * machine.
   *
   * @param learned time of its key's last observed event; {@link #NEVER} before the first
   * @param time of the event; the factor is 1 if it is not after {@code learned}
   */
  public float between(long learned, long time) {
    if (halfLife == 0 || learned == NEVER || time <= learned) {
      return 1;
    }
    long elapsed = time - learned;
    if (elapsed < 0 || elapsed / halfLife >= MOST) {
      return 0;
    }
    long halves = Math.floorDiv(time, halfLife) - Math.floorDiv(learned, halfLife);
    long steps = STEPS * halves + stepOf(time) - stepOf(learned);
    return steps == 0 ? 1 : (float) StrictMath.pow(2, -steps / (double) STEPS);
  }

  /** Index of the sixteenth of the half-life that contains a time. */
  private long stepOf(long time) {
    return Math.floorMod(time, halfLife) * STEPS / halfLife;
  }
}
