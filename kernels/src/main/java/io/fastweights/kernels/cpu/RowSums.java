package io.fastweights.kernels.cpu;

/**
 * Adds scaled rows of matrices to a row, the main cost of training. An element is one chain of
 * fused multiply-adds in the order of the rows, so every provider gives the same bits.
 */
public interface RowSums {

  /**
   * y += a x.
   *
   * @param x begins at {@code xAt}; y itself at another place, or another array
   * @param n floats of both
   */
  void add(float a, float[] x, int xAt, float[] y, int yAt, int n);

  /**
   * y += a0 X0 + a1 X1 + a2 X2 + a3 X3, in this order, in one pass over y.
   *
   * @param rows holds the four, which begin at {@code at0} ... {@code at3}; none is y
   * @param n floats of each
   */
  void addFour(
      float a0,
      float a1,
      float a2,
      float a3,
      float[] rows,
      int at0,
      int at1,
      int at2,
      int at3,
      float[] y,
      int yAt,
      int n);
}
