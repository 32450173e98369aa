package io.fastweights.kernels.train.network;

import io.fastweights.kernels.cpu.CpuProvider;
import io.fastweights.kernels.cpu.RowSums;

/**
 * Dense products over row-major matrices inside larger arrays. Every inner loop runs along a row,
 * on vectors where the JVM has them; four terms are added in one pass over a row of the result. The
 * order of the additions is fixed: the same inputs give the same bits.
 */
public final class MatrixProducts {
  static final RowSums ROWS = CpuProvider.lookup().kernels().get().rows();

  private MatrixProducts() {}

  /**
   * A matrix inside an array.
   *
   * @param at offset of its first row
   * @param stride from one row to the next
   */
  public record View(float[] array, int at, int stride) {}

  /** C += A B, with A float[m][k], B float[k][n], C float[m][n]; C is neither A nor B. */
  public static void addProduct(int m, int n, int k, View a, View b, View c) {
    for (int i = 0; i < m; i++) {
      addCombination(n, k, a.array, a.at + i * a.stride, 1, b, c.array, c.at + i * c.stride);
    }
  }

  /** C += A^T B, with A float[k][m], B float[k][n], C float[m][n]; C is neither A nor B. */
  public static void addTransposedProduct(int m, int n, int k, View a, View b, View c) {
    for (int i = 0; i < m; i++) {
      addCombination(n, k, a.array, a.at + i, a.stride, b, c.array, c.at + i * c.stride);
    }
  }

  /** c += sum of a_p B_p over the k rows of B. */
  private static void addCombination(
      int n, int k, float[] a, int aAt, int aStep, View b, float[] c, int cAt) {
    int stride = b.stride;
    int p = 0;
    for (; p + 4 <= k; p += 4) {
      int from = aAt + p * aStep;
      float a0 = a[from];
      float a1 = a[from + aStep];
      float a2 = a[from + 2 * aStep];
      float a3 = a[from + 3 * aStep];
      if (a0 == 0 && a1 == 0 && a2 == 0 && a3 == 0) {
        continue;
      }
      int b0 = b.at + p * stride;
      int b1 = b0 + stride;
      int b2 = b1 + stride;
      int b3 = b2 + stride;
      ROWS.addFour(a0, a1, a2, a3, b.array, b0, b1, b2, b3, c, cAt, n);
    }
    for (; p < k; p++) {
      ROWS.add(a[aAt + p * aStep], b.array, b.at + p * stride, c, cAt, n);
    }
  }
}
