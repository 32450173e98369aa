package io.fastweights.kernels.train;

/**
 * One head's sequence of events, or the gradients of it: where each quantity stands in the arrays
 * that hold it. Features are packed; values, betas and read-outs may stand in wider rows.
 */
final class HeadSequence {
  /** phi(k), float[length][rows]. */
  float[] phiK;

  /** phi(q), float[length][rows]. */
  float[] phiQ;

  /** v of event t at {@code vAt + t * vStride}. */
  float[] v;

  int vAt;
  int vStride;

  /** beta of event t at {@code betaAt + t * betaStride}. */
  float[] beta;

  int betaAt;
  int betaStride;

  /** W^T phi(q) of event t at {@code outAt + t * outStride}. */
  float[] out;

  int outAt;
  int outStride;

  /** A sequence with arrays of its own. */
  static HeadSequence of(int length, int rows, int columns) {
    HeadSequence s = new HeadSequence();
    s.phiK = new float[length * rows];
    s.phiQ = new float[length * rows];
    s.values(new float[length * columns], 0, columns);
    s.betas(new float[length], 0, 1);
    s.reads(new float[length * columns], 0, columns);
    return s;
  }

  void values(float[] array, int at, int stride) {
    v = array;
    vAt = at;
    vStride = stride;
  }

  void betas(float[] array, int at, int stride) {
    beta = array;
    betaAt = at;
    betaStride = stride;
  }

  void reads(float[] array, int at, int stride) {
    out = array;
    outAt = at;
    outStride = stride;
  }
}
