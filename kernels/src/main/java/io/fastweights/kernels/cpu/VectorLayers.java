package io.fastweights.kernels.cpu;

import io.fastweights.kernels.numeric.Layers;
import io.fastweights.kernels.numeric.Layers.Norm;
import io.fastweights.kernels.numeric.Sums;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dense products and layer norm on vectors, with the bits of {@link Layers}.
 *
 * <p>An output of a dense product is one chain of fused multiply-adds over ascending inputs.
 * Vectors run along the outputs and blocks along the rows, so the chain is never cut: a row's
 * result cannot depend on the rows beside it.
 */
final class VectorLayers {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final int L = F.length();
  private static final int W = Panels.WIDTH;

  private final float[] lanes = new float[Sums.LANES];
  private final float[] peak = new float[12 * L];
  private final float[] padded = new float[4 * 2 * L];

  /** y[row] = x[row] M^T + bias, for the rows given. */
  void dense(Panels m, float[] x, float[] y, int firstRow, int endRow) {
    int whole = m.out() - m.out() % (2 * L);
    int blocked = endRow - (endRow - firstRow) % 4;
    // A panel stays in the first-level cache while all rows pass it.
    for (int o = 0; o < whole && firstRow < blocked; o += 2 * L) {
      for (int row = firstRow; row < blocked; row += 4) {
        fourRows(m, o, x, row * m.in(), y, row * m.out() + o, m.out());
      }
    }
    for (int row = blocked; row < endRow; row++) {
      oneRow(m, whole, x, row * m.in(), y, row * m.out());
    }
    if (whole < m.out()) {
      lastOutputs(m, whole, x, y, firstRow, endRow);
    }
  }

  /**
   * Two vectors of outputs for four rows. Eight sums fill the latency of two multiply-add units,
   * and the compiler, which loads all the inputs of a step first, still finds sixteen registers
   * enough; with six rows it spills.
   */
  private static void fourRows(Panels m, int o, float[] x, int at, float[] y, int yAt, int out) {
    float[] weights = m.weights();
    int in = m.in();
    int w0 = m.at(o);
    int w1 = m.at(o + L);
    FloatVector a0 = FloatVector.fromArray(F, m.bias(), o);
    FloatVector a1 = FloatVector.fromArray(F, m.bias(), o + L);
    FloatVector b0 = a0;
    FloatVector b1 = a1;
    FloatVector c0 = a0;
    FloatVector c1 = a1;
    FloatVector d0 = a0;
    FloatVector d1 = a1;
    for (int i = 0; i < in; i++) {
      FloatVector m0 = FloatVector.fromArray(F, weights, w0 + i * W);
      FloatVector m1 = FloatVector.fromArray(F, weights, w1 + i * W);
      FloatVector v = FloatVector.broadcast(F, x[at + i]);
      a0 = v.fma(m0, a0);
      a1 = v.fma(m1, a1);
      v = FloatVector.broadcast(F, x[at + in + i]);
      b0 = v.fma(m0, b0);
      b1 = v.fma(m1, b1);
      v = FloatVector.broadcast(F, x[at + 2 * in + i]);
      c0 = v.fma(m0, c0);
      c1 = v.fma(m1, c1);
      v = FloatVector.broadcast(F, x[at + 3 * in + i]);
      d0 = v.fma(m0, d0);
      d1 = v.fma(m1, d1);
    }
    a0.intoArray(y, yAt);
    a1.intoArray(y, yAt + L);
    b0.intoArray(y, yAt + out);
    b1.intoArray(y, yAt + out + L);
    c0.intoArray(y, yAt + 2 * out);
    c1.intoArray(y, yAt + 2 * out + L);
    d0.intoArray(y, yAt + 3 * out);
    d1.intoArray(y, yAt + 3 * out + L);
  }

  /** Outputs 0 ... whole - 1 of one row: eight vectors at a time, then two. */
  private static void oneRow(Panels m, int whole, float[] x, int at, float[] y, int yAt) {
    int o = 0;
    for (; o + 8 * L <= whole; o += 8 * L) {
      eightVectors(m, o, x, at, y, yAt + o);
    }
    for (; o < whole; o += 2 * L) {
      twoVectors(m, o, x, at, y, yAt + o);
    }
  }

  private static void eightVectors(Panels m, int o, float[] x, int at, float[] y, int yAt) {
    float[] weights = m.weights();
    int w0 = m.at(o);
    int w1 = m.at(o + L);
    int w2 = m.at(o + 2 * L);
    int w3 = m.at(o + 3 * L);
    int w4 = m.at(o + 4 * L);
    int w5 = m.at(o + 5 * L);
    int w6 = m.at(o + 6 * L);
    int w7 = m.at(o + 7 * L);
    FloatVector a0 = FloatVector.fromArray(F, m.bias(), o);
    FloatVector a1 = FloatVector.fromArray(F, m.bias(), o + L);
    FloatVector a2 = FloatVector.fromArray(F, m.bias(), o + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, m.bias(), o + 3 * L);
    FloatVector a4 = FloatVector.fromArray(F, m.bias(), o + 4 * L);
    FloatVector a5 = FloatVector.fromArray(F, m.bias(), o + 5 * L);
    FloatVector a6 = FloatVector.fromArray(F, m.bias(), o + 6 * L);
    FloatVector a7 = FloatVector.fromArray(F, m.bias(), o + 7 * L);
    for (int i = 0; i < m.in(); i++) {
      FloatVector v = FloatVector.broadcast(F, x[at + i]);
      int next = i * W;
      a0 = FloatVector.fromArray(F, weights, w0 + next).fma(v, a0);
      a1 = FloatVector.fromArray(F, weights, w1 + next).fma(v, a1);
      a2 = FloatVector.fromArray(F, weights, w2 + next).fma(v, a2);
      a3 = FloatVector.fromArray(F, weights, w3 + next).fma(v, a3);
      a4 = FloatVector.fromArray(F, weights, w4 + next).fma(v, a4);
      a5 = FloatVector.fromArray(F, weights, w5 + next).fma(v, a5);
      a6 = FloatVector.fromArray(F, weights, w6 + next).fma(v, a6);
      a7 = FloatVector.fromArray(F, weights, w7 + next).fma(v, a7);
    }
    a0.intoArray(y, yAt);
    a1.intoArray(y, yAt + L);
    a2.intoArray(y, yAt + 2 * L);
    a3.intoArray(y, yAt + 3 * L);
    a4.intoArray(y, yAt + 4 * L);
    a5.intoArray(y, yAt + 5 * L);
    a6.intoArray(y, yAt + 6 * L);
    a7.intoArray(y, yAt + 7 * L);
  }

  private static void twoVectors(Panels m, int o, float[] x, int at, float[] y, int yAt) {
    float[] weights = m.weights();
    int w0 = m.at(o);
    int w1 = m.at(o + L);
    FloatVector a0 = FloatVector.fromArray(F, m.bias(), o);
    FloatVector a1 = FloatVector.fromArray(F, m.bias(), o + L);
    for (int i = 0; i < m.in(); i++) {
      FloatVector v = FloatVector.broadcast(F, x[at + i]);
      a0 = FloatVector.fromArray(F, weights, w0 + i * W).fma(v, a0);
      a1 = FloatVector.fromArray(F, weights, w1 + i * W).fma(v, a1);
    }
    a0.intoArray(y, yAt);
    a1.intoArray(y, yAt + L);
  }

  /** The outputs that fill no two vectors: computed with the padding, and cut. */
  private void lastOutputs(Panels m, int whole, float[] x, float[] y, int firstRow, int endRow) {
    int count = m.out() - whole;
    int row = firstRow;
    for (; row + 4 <= endRow; row += 4) {
      fourRows(m, whole, x, row * m.in(), padded, 0, 2 * L);
      for (int i = 0; i < 4; i++) {
        System.arraycopy(padded, i * 2 * L, y, (row + i) * m.out() + whole, count);
      }
    }
    for (; row < endRow; row++) {
      twoVectors(m, whole, x, row * m.in(), padded, 0);
      System.arraycopy(padded, 0, y, row * m.out() + whole, count);
    }
  }

  /** See {@link CpuKernels#multiplyAdds}. Twelve chains hide the latency of the units. */
  long multiplyAdds(int count) {
    int rounds = (count + 12 * L - 1) / (12 * L);
    multiplyAdds(peak, rounds);
    return 12L * L * rounds;
  }

  private static void multiplyAdds(float[] start, int rounds) {
    FloatVector half = FloatVector.fromArray(F, start, 0);
    FloatVector add = FloatVector.fromArray(F, start, L);
    FloatVector a0 = FloatVector.fromArray(F, start, 0);
    FloatVector a1 = FloatVector.fromArray(F, start, L);
    FloatVector a2 = FloatVector.fromArray(F, start, 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, start, 3 * L);
    FloatVector a4 = FloatVector.fromArray(F, start, 4 * L);
    FloatVector a5 = FloatVector.fromArray(F, start, 5 * L);
    FloatVector a6 = FloatVector.fromArray(F, start, 6 * L);
    FloatVector a7 = FloatVector.fromArray(F, start, 7 * L);
    FloatVector a8 = FloatVector.fromArray(F, start, 8 * L);
    FloatVector a9 = FloatVector.fromArray(F, start, 9 * L);
    FloatVector a10 = FloatVector.fromArray(F, start, 10 * L);
    FloatVector a11 = FloatVector.fromArray(F, start, 11 * L);
    for (int i = 0; i < rounds; i++) {
      a0 = a0.fma(half, add);
      a1 = a1.fma(half, add);
      a2 = a2.fma(half, add);
      a3 = a3.fma(half, add);
      a4 = a4.fma(half, add);
      a5 = a5.fma(half, add);
      a6 = a6.fma(half, add);
      a7 = a7.fma(half, add);
      a8 = a8.fma(half, add);
      a9 = a9.fma(half, add);
      a10 = a10.fma(half, add);
      a11 = a11.fma(half, add);
    }
    a0.add(a1).add(a2).add(a3).add(a4).add(a5).intoArray(start, 2 * L);
    a6.add(a7).add(a8).add(a9).add(a10).add(a11).intoArray(start, 3 * L);
  }

  /** y[row] = norm(x[row]), for the rows given. */
  void norm(Norm norm, float[] x, float[] y, int dim, int firstRow, int endRow) {
    float[] weight = norm.weight();
    float[] bias = norm.bias();
    int whole = F.loopBound(dim);
    for (int row = firstRow; row < endRow; row++) {
      int at = row * dim;
      float mean = sum(x, at, dim, lanes) / dim;
      float variance = squaredDeviations(x, at, dim, mean, lanes) / dim;
      float scale = Layers.scale(variance);
      FloatVector means = FloatVector.broadcast(F, mean);
      FloatVector scales = FloatVector.broadcast(F, scale);
      for (int i = 0; i < whole; i += L) {
        FloatVector centred = FloatVector.fromArray(F, x, at + i).sub(means).mul(scales);
        FloatVector.fromArray(F, weight, i)
            .fma(centred, FloatVector.fromArray(F, bias, i))
            .intoArray(y, at + i);
      }
      for (int i = whole; i < dim; i++) {
        y[at + i] = Math.fma((x[at + i] - mean) * scale, weight[i], bias[i]);
      }
    }
  }

  /** {@link Sums#sum}, with room for its partial sums. */
  static float sum(float[] x, int at, int n, float[] lanes) {
    int whole = at + n - n % Sums.LANES;
    for (int lane = 0; lane < Sums.LANES; lane += L) {
      FloatVector partial = FloatVector.zero(F);
      for (int i = at + lane; i < whole; i += Sums.LANES) {
        partial = partial.add(FloatVector.fromArray(F, x, i));
      }
      partial.intoArray(lanes, lane);
    }
    for (int i = whole; i < at + n; i++) {
      lanes[i - whole] += x[i];
    }
    return fold(lanes);
  }

  /** {@link Sums#squaredDeviations}, with room for its partial sums. */
  static float squaredDeviations(float[] x, int at, int n, float c, float[] lanes) {
    int whole = at + n - n % Sums.LANES;
    FloatVector centre = FloatVector.broadcast(F, c);
    for (int lane = 0; lane < Sums.LANES; lane += L) {
      FloatVector partial = FloatVector.zero(F);
      for (int i = at + lane; i < whole; i += Sums.LANES) {
        FloatVector difference = FloatVector.fromArray(F, x, i).sub(centre);
        partial = difference.fma(difference, partial);
      }
      partial.intoArray(lanes, lane);
    }
    for (int i = whole; i < at + n; i++) {
      float difference = x[i] - c;
      lanes[i - whole] = Math.fma(difference, difference, lanes[i - whole]);
    }
    return fold(lanes);
  }

  /** The sixteen partial sums added by halves; the array may be used up. */
  static float fold(float[] p) {
    int half = Sums.LANES / 2;
    if (L > half) {
      // One vector holds all sixteen: its lanes are read at once, and nothing is stored between.
      return fold(p, 0);
    }
    for (int i = 0; i < half; i += L) {
      FloatVector.fromArray(F, p, i).add(FloatVector.fromArray(F, p, i + half)).intoArray(p, i);
    }
    return ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7]));
  }

  /** The sixteen partial sums from p[at] on added by halves, without a vector. */
  static float fold(float[] p, int at) {
    float even = four(p, at) + four(p, at + 2);
    float odd = four(p, at + 1) + four(p, at + 3);
    return even + odd;
  }

  private static float four(float[] p, int at) {
    return (p[at] + p[at + 8]) + (p[at + 4] + p[at + 12]);
  }
}
