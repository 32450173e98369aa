package io.fastweights.kernels.math;

import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.numeric.Sums;

/**
 * The recurrence of a fast-weight memory, in readable form: the reference of every fast path.
 *
 * <pre>
 *   v_old = W^T phi(k)     delta = beta (v - v_old)     W += phi(k) (x) delta     o = W^T phi(q)
 * </pre>
 *
 * Schlag et al. 2021, section 4.2, equations 20 to 24. A memory that fades has {@code W <- f W}
 * before all of that: a forget gate that depends on time only. W is float[rows][columns] inside a
 * larger array. The order of the arithmetic is part of the definition: rows ascend, each product is
 * fused with its addition, and rows whose feature is 0 are skipped (exact while W is finite).
 */
public final class DeltaRule {
  /**
   * The largest magnitude of a delta that is learned. With phi at most 1 no number of events that a
   * key could have then brings W near the end of fp32's range, so W and all that is read from it
   * stay finite.
   */
  public static final float LARGEST_DELTA = 0x1p60f;

  private DeltaRule() {}

  /** {@code W <- f W}, one product each, of the n floats from w[at] on. */
  public static void scale(float[] w, int at, int n, float f) {
    for (int i = at; i < at + n; i++) {
      w[i] = f * w[i];
    }
  }

  /** W^T phi, into out[outAt ... outAt + columns - 1]. */
  public static void read(
      float[] w, int at, int rows, int columns, float[] phi, float[] out, int outAt) {
    for (int j = 0; j < columns; j++) {
      out[outAt + j] = 0;
    }
    for (int i = 0; i < rows; i++) {
      if (phi[i] != 0) {
        int row = at + i * columns;
        for (int j = 0; j < columns; j++) {
          out[outAt + j] = Math.fma(phi[i], w[row + j], out[outAt + j]);
        }
      }
    }
  }

  /** beta (v - v_old), or beta v under the sum rule; see {@link #bound}. */
  public static void delta(
      UpdateRule rule,
      float beta,
      float[] v,
      int vAt,
      float[] vOld,
      int columns,
      float[] delta,
      int deltaAt) {
    for (int j = 0; j < columns; j++) {
      float insert = rule == UpdateRule.SUM ? v[vAt + j] : v[vAt + j] - vOld[j];
      delta[deltaAt + j] = beta * insert;
    }
  }

  /**
   * Keeps a memory finite: deltas beyond {@link #LARGEST_DELTA}, and NaN, become 0. The rest of the
   * event is learned: columns of W are independent.
   *
   * @param vOld becomes NaN in those columns, and with it the event's recall error; null to leave
   *     no mark
   */
  public static void bound(float[] delta, int at, int columns, float[] vOld) {
    for (int j = 0; j < columns; j++) {
      if (!(Math.abs(delta[at + j]) <= LARGEST_DELTA)) {
        delta[at + j] = 0;
        if (vOld != null) {
          vOld[j] = Float.NaN;
        }
      }
    }
  }

  /** W += phi (x) delta. Also replays a log of (k, delta) pairs. */
  public static void write(
      float[] w, int at, int rows, int columns, float[] phi, float[] delta, int deltaAt) {
    for (int i = 0; i < rows; i++) {
      if (phi[i] != 0) {
        int row = at + i * columns;
        for (int j = 0; j < columns; j++) {
          w[row + j] = Math.fma(phi[i], delta[deltaAt + j], w[row + j]);
        }
      }
    }
  }

  /**
   * The error with which the memory recalls v. Relative: |v - v_old|^2 / |v|^2, and where v is 0: 0
   * if v_old is 0 too, else 1; never above the largest float. Not relative: |v - v_old|^2, for
   * values that are of unit scale by their encoding. NaN where a delta of an observed event was
   * {@linkplain #bound not learned}.
   */
  public static float recallError(float[] v, int vAt, float[] vOld, int columns, boolean relative) {
    return recallError(
        Sums.squares(v, vAt, columns), Sums.squaredDistance(v, vAt, vOld, 0, columns), relative);
  }

  /** The recall error of |v|^2 and |v - v_old|^2. */
  public static float recallError(float size, float error, boolean relative) {
    if (!relative || Float.isNaN(error)) {
      return error;
    }
    if (size == 0) {
      return error == 0 ? 0 : 1;
    }
    return Math.min(error / size, Float.MAX_VALUE);
  }
}
