package io.fastweights.operator.model;

import java.time.Duration;

/**
 * How memories fade: at a key's next event W is multiplied by f = 2^(-elapsed / half-life), by the
 * times of the key's own events.
 *
 * <p>Elapsed time is counted in whole steps of a sixteenth of the half-life, on a clock that all
 * keys share and that begins with the epoch: f = 2^(-n / 16) where n steps of it lie between the
 * key's last observed event and this one. So what a memory loses does not depend on how many events
 * it lost it in, to within one step (4.3%). Counted without steps, f of a busy key would be so near
 * 1 that rounding gives back what it takes: in bf16 a weight keeps its bits where f is above 1 -
 * 2^-9, in fp32 f itself is 1 where it is above 1 - 2^-25, and such a key would never fade. It
 * would also pay for all of W at every event, instead of once a step.
 */
public final class Fading {
  /** Time of the last observed event of a key that has none. */
  public static final long NEVER = Long.MIN_VALUE;

  private static final int STEPS = 16;

  /** Half-lives after which f is 0 in fp32. */
  private static final int MOST = 256;

  private final long halfLife;

  /**
   * @param halfLife of at least 1 ms, or 0 for memories that never fade
   */
  public Fading(Duration halfLife) {
    this.halfLife = halfLife.toMillis();
  }

  /**
   * What a memory is multiplied by before an event, in 0 ... 1: the same bits on every machine.
   *
   * @param learned time of its key's last observed event; {@link #NEVER} before the first
   * @param time of the event; one that is older finds nothing faded
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

  /** Which sixteenth of its half-life a time is in. */
  private long stepOf(long time) {
    return Math.floorMod(time, halfLife) * STEPS / halfLife;
  }
}
