package io.fastweights.kernels.golden;

import java.util.Arrays;

/** Flat, row-major arrays as arrays of sequences, and back. */
final class Sequences {
  private Sequences() {}

  /** float[sequences * length * size] as float[sequences][length][size]. */
  static float[][][] split(float[] flat, int sequences, int length, int size) {
    float[][][] split = new float[sequences][length][];
    for (int s = 0; s < sequences; s++) {
      for (int t = 0; t < length; t++) {
        int at = (s * length + t) * size;
        split[s][t] = Arrays.copyOfRange(flat, at, at + size);
      }
    }
    return split;
  }

  /** float[a][b][size] as float[b][a][size]. */
  static float[][][] transpose(float[][][] x) {
    float[][][] transposed = new float[x[0].length][x.length][];
    for (int a = 0; a < x.length; a++) {
      for (int b = 0; b < x[a].length; b++) {
        transposed[b][a] = x[a][b];
      }
    }
    return transposed;
  }

  /** All floats in order. */
  static float[] flat(float[][][] x) {
    int size = x[0][0].length;
    float[] flat = new float[x.length * x[0].length * size];
    int at = 0;
    for (float[][] rows : x) {
      for (float[] row : rows) {
        System.arraycopy(row, 0, flat, at, size);
        at += size;
      }
    }
    return flat;
  }
}
