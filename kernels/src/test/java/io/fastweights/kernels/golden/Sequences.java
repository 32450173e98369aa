package io.fastweights.kernels.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.SlowModel;
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

  /** The embedding rows of the tokens. */
  static float[] embedded(SlowModel model, long[] tokens) {
    int dim = model.inputDim();
    float[] embedding = model.weights().get("embedding.weight");
    float[] rows = new float[tokens.length * dim];
    for (int i = 0; i < tokens.length; i++) {
      assertThat(tokens[i]).isBetween(0L, model.config().vocabulary() - 1L);
      System.arraycopy(embedding, (int) tokens[i] * dim, rows, i * dim, dim);
    }
    return rows;
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
