package io.fastweights.kernels.train;

/**
 * One head's sequence of events, or the gradients of it: where each quantity stands in the arrays
 * that hold it. Features are packed; values, betas and read-outs may stand in wider rows.
 */
public final class HeadSequence {
  /** phi(k), float[length][rows]. */
  public float[] phiK;

  /** phi(q), float[length][rows]. */
  public float[] phiQ;

  /** v of event t at {@code vAt + t * vStride}. */
  public float[] v;

  public int vAt;
  public int vStride;

  /** beta of event t at {@code betaAt + t * betaStride}. */
  public float[] beta;

  public int betaAt;
  public int betaStride;

  /** W^T phi(q) of event t at {@code outAt + t * outStride}. */
  public float[] out;

  public int outAt;
  public int outStride;

  /** A sequence with arrays of its own. */
  public static HeadSequence of(int length, int rows, int columns) {
    HeadSequence s = new HeadSequence();
    s.phiK = new float[length * rows];
    s.phiQ = new float[length * rows];
    s.values(new float[length * columns], 0, columns);
    s.betas(new float[length], 0, 1);
    s.reads(new float[length * columns], 0, columns);
    return s;
  }

  /** Where the values stand. */
  public void values(float[] array, int at, int stride) {
    v = array;
    vAt = at;
    vStride = stride;
  }

  /** Where the betas stand. */
  public void betas(float[] array, int at, int stride) {
    beta = array;
    betaAt = at;
    betaStride = stride;
  }

  /** Where the read-outs go. */
  public void reads(float[] array, int at, int stride) {
    out = array;
    outAt = at;
    outStride = stride;
  }
}
