package io.fastweights.kernels.train.network;

/**
 * One head's sequence of events, or its gradients: the arrays and offsets of each quantity.
 * Features are packed; values, betas and read-outs may be in wider rows.
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

  /** Steps of the forget gate, as beta, and their gradients in octaves; null without a gate. */
  public float[] forget;

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

  /** Sets the array, offset and stride of the values. */
  public void values(float[] array, int at, int stride) {
    v = array;
    vAt = at;
    vStride = stride;
  }

  /** Sets the array, offset and stride of the betas. */
  public void betas(float[] array, int at, int stride) {
    beta = array;
    betaAt = at;
    betaStride = stride;
  }

  /** Sets the array, offset and stride that the read-outs are written to. */
  public void reads(float[] array, int at, int stride) {
    out = array;
    outAt = at;
    outStride = stride;
  }
}
