package io.fastweights.kernels.model;

/**
 * Observed events as a log keeps them, in order: what they wrote into a memory, in one of two
 * forms. A log of <em>deltas</em> holds for each head the key and the delta, and is replayed
 * without a read: {@code W <- f W, W += phi(k) (x) delta}. A log of <em>values</em> holds one value
 * for all heads and their constant betas, and is replayed as it was learned: delta = beta (v - W^T
 * phi(k)) of what W then is. Where heads are many and keys not much longer than values it is half
 * of the bytes. Schlag et al. 2021, section 4.2, equations 23 and 24.
 *
 * @param events how many
 * @param keys float[events][updates][heads][keyDim], before phi, as an engine's batch returns them
 * @param deltas float[events][updates][heads][columns], as an engine's batch returns them; null in
 *     a log of values
 * @param values float[events][columns], as the batch took them; null in a log of deltas
 * @param betas float[heads], with which the values were learned; null in a log of deltas
 * @param fades float[events], as the batch took them; null if all are 1
 */
public record LoggedEvents(
    int events, float[] keys, float[] deltas, float[] values, float[] betas, float[] fades) {

  public LoggedEvents {
    if ((deltas == null) == (values == null) || (values == null) != (betas == null)) {
      throw new IllegalArgumentException("a log holds deltas, or values and betas");
    }
  }

  /** Of any model. */
  public static LoggedEvents ofDeltas(int events, float[] keys, float[] deltas, float[] fades) {
    return new LoggedEvents(events, keys, deltas, null, null, fades);
  }

  /** Of a model of which {@link io.fastweights.kernels.model.Model#betas} are constants. */
  public static LoggedEvents ofValues(
      int events, float[] keys, float[] values, float[] betas, float[] fades) {
    return new LoggedEvents(events, keys, null, values, betas, fades);
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
