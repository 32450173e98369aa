package io.fastweights.kernels.cpu;

/**
 * In plain loops. The compiler does not vectorise them, because the two arrays could be one array
 * with overlapping rows.
 */
final class ScalarRows implements RowSums {
  @Override
  public void add(float a, float[] x, int xAt, float[] y, int yAt, int n) {
    for (int j = 0; j < n; j++) {
      y[yAt + j] = Math.fma(a, x[xAt + j], y[yAt + j]);
    }
  }

  @Override
  public void addFour(
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
      int n) {
    for (int j = 0; j < n; j++) {
      float low = Math.fma(a1, rows[at1 + j], Math.fma(a0, rows[at0 + j], y[yAt + j]));
      y[yAt + j] = Math.fma(a3, rows[at3 + j], Math.fma(a2, rows[at2 + j], low));
    }
  }
}
