package io.fastweights.kernels.model;

/**
 * Observed events as a log keeps them, in order: what they wrote into a memory, in one of two
 * forms. A log of <em>deltas</em> holds for each head the key and the delta, and is replayed
 * without a read: {@code W <- f W, W += phi(k) (x) delta}. A log of <em>values</em> holds one value
 * for all heads and their constant betas, and is replayed as it was learned: delta = beta (v - W^T
 * phi(k)) with the W of that step. With many heads, and keys not much longer than values, it takes
 * half of the bytes. Schlag et al. 2021, section 4.2, equations 23 and 24.
 *
 * @param events how many
 * @param keys float[events][updates][heads][keyDim], before phi, as an engine's batch returns them
 * @param deltas float[events][updates][heads][columns], as an engine's batch returns them; null in
 *     a log of values
 * @param values float[events][columns], as the batch took them; null in a log of deltas
 * @param betas float[heads], with which the values were learned; null in a log of deltas
 * @param fades float[events], as the batch took them; null if all are 1
 * @param first number of the first of them among the observed events of its key, from 1; {@link
 *     #UNNUMBERED} if it is not known
 */
public record LoggedEvents(
    int events,
    float[] keys,
    float[] deltas,
    float[] values,
    float[] betas,
    float[] fades,
    long first) {
  /**
   * Events whose memory was in fp32, which is not rounded, or in bf16 and rounded to the nearest,
   * as releases before numbers did.
   */
  public static final long UNNUMBERED = 0;

  public LoggedEvents {
    if ((deltas == null) == (values == null) || (values == null) != (betas == null)) {
      throw new IllegalArgumentException("a log holds deltas, or values and betas");
    }
    if (first < UNNUMBERED) {
      throw new IllegalArgumentException("first is " + first + ", must be at least 0");
    }
  }

  /** Of any model. */
  public static LoggedEvents ofDeltas(int events, float[] keys, float[] deltas, float[] fades) {
    return new LoggedEvents(events, keys, deltas, null, null, fades, UNNUMBERED);
  }

  /** Of a model of which {@link io.fastweights.kernels.model.Model#betas} are constants. */
  public static LoggedEvents ofValues(
      int events, float[] keys, float[] values, float[] betas, float[] fades) {
    return new LoggedEvents(events, keys, null, values, betas, fades, UNNUMBERED);
  }

  /** The same events with the number of the first. */
  public LoggedEvents numberedFrom(long number) {
    return new LoggedEvents(events, keys, deltas, values, betas, fades, number);
  }

  /** True if a memory in bf16 that they are replayed into is rounded by their numbers. */
  public boolean numbered() {
    return first != UNNUMBERED;
  }

  /** The number of an event; {@link #UNNUMBERED} if it is not known. */
  public long number(int event) {
    return numbered() ? first + event : UNNUMBERED;
  }

  /**
   * @throws IllegalArgumentException if they are not numbered, so that an engine with memories in
   *     bf16 cannot replay them: {@link io.fastweights.kernels.math.LogReplay} can
   */
  public void requireNumbers() {
    if (!numbered()) {
      throw new IllegalArgumentException(
          "a log of events without numbers cannot be replayed into memories in bf16, which are"
              + " rounded by the number of each event");
    }
  }

  /** True for a log of values, false for one of deltas. */
  public boolean ofValues() {
    return values != null;
  }

  /** The factor that multiplies a memory before an event; 1 without fading. */
  public float fade(int event) {
    return fades == null ? 1 : fades[event];
  }
}
