package io.fastweights.kernels.train.network;

import java.util.Arrays;

/**
 * The rows of a fast-weight matrix that a feature vector touches: those whose feature is not 0.
 * Three quarters of DPFP's features are 0, and a row that is skipped costs nothing; the sums stay
 * exact.
 */
final class SparseRows {
  final int[] index;
  int count;

  SparseRows(int rows) {
    index = new int[rows];
  }

  /** Finds the features of phi[at ... at + rows - 1] that are not 0. */
  void of(float[] phi, int at) {
    int n = 0;
    for (int i = 0; i < index.length; i++) {
      if (phi[at + i] != 0) {
        index[n++] = i;
      }
    }
    count = n;
  }

  /** out = W^T phi, over the rows found; out is another array than w. */
  void read(float[] w, int columns, float[] phi, int phiAt, float[] out, int outAt) {
    Arrays.fill(out, outAt, outAt + columns, 0f);
    int n = 0;
    for (; n + 4 <= count; n += 4) {
      int i0 = index[n];
      int i1 = index[n + 1];
      int i2 = index[n + 2];
      int i3 = index[n + 3];
      MatrixProducts.ROWS.addFour(
          phi[phiAt + i0],
          phi[phiAt + i1],
          phi[phiAt + i2],
          phi[phiAt + i3],
          w,
          i0 * columns,
          i1 * columns,
          i2 * columns,
          i3 * columns,
          out,
          outAt,
          columns);
    }
    for (; n < count; n++) {
      MatrixProducts.ROWS.add(phi[phiAt + index[n]], w, index[n] * columns, out, outAt, columns);
    }
  }

  /** W += scale phi (x) x, over the rows found. */
  void write(float[] w, int columns, float[] phi, int phiAt, float scale, float[] x, int xAt) {
    for (int n = 0; n < count; n++) {
      float p = scale * phi[phiAt + index[n]];
      MatrixProducts.ROWS.add(p, x, xAt, w, index[n] * columns, columns);
    }
  }

  /** out_i += scale W_i . x, for the rows found; four sums at a time. */
  void project(float[] w, int columns, float scale, float[] x, int xAt, float[] out, int outAt) {
    int n = 0;
    for (; n + 4 <= count; n += 4) {
      int r0 = index[n] * columns;
      int r1 = index[n + 1] * columns;
      int r2 = index[n + 2] * columns;
      int r3 = index[n + 3] * columns;
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      for (int j = 0; j < columns; j++) {
        float value = x[xAt + j];
        s0 = Math.fma(value, w[r0 + j], s0);
        s1 = Math.fma(value, w[r1 + j], s1);
        s2 = Math.fma(value, w[r2 + j], s2);
        s3 = Math.fma(value, w[r3 + j], s3);
      }
      out[outAt + index[n]] += scale * s0;
      out[outAt + index[n + 1]] += scale * s1;
      out[outAt + index[n + 2]] += scale * s2;
      out[outAt + index[n + 3]] += scale * s3;
    }
    for (; n < count; n++) {
      int row = index[n] * columns;
      float sum = 0;
      for (int j = 0; j < columns; j++) {
        sum = Math.fma(x[xAt + j], w[row + j], sum);
      }
      out[outAt + index[n]] += scale * sum;
    }
  }
}
