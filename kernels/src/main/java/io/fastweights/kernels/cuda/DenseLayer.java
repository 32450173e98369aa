package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.DeviceNetwork.Matrix;

/** Computes a linear layer over rows of a batch. */
interface DenseLayer {
  /** No column passes the sigmoid. */
  int NO_SIGMOID = Integer.MAX_VALUE;

  /**
   * y = act(x M + bias) (+ residual), residual and y of one stride.
   *
   * @param residual address, or 0 for none
   * @param sigmoidFrom columns from here on pass the sigmoid
   */
  void dense(
      Matrix m,
      long x,
      int xStride,
      long residual,
      long y,
      int yStride,
      int rows,
      boolean gelu,
      int sigmoidFrom);
}
