package io.fastweights.kernels.train.network;

import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One head's fast-weight recurrence over a sequence, forwards and backwards (Schlag et al. 2021,
 * section 4.2 and appendix on the custom backward pass).
 *
 * <p>Automatic differentiation would keep W of every event. Here the backward pass walks W back
 * from its end, W before = W after - phi(k) (x) delta, from the deltas alone: O(L (E + M)) floats
 * for L events. The terms subtracted are those that were added, so the error is that of rounding
 * alone, and a snapshot every {@link #interval} events ends it; the snapshots are O(L max(E, M))
 * floats in all.
 *
 * <p>Events may be asks: their update is computed, answered from and dropped. Gradients of features
 * that are 0 are left 0: the feature maps have derivative 0 there. Not thread-safe; buffers are
 * kept from sequence to sequence.
 */
public final class Recurrence {
  private static final int LEAST_INTERVAL = 64;

  private final UpdateRule rule;
  private final int rows;
  private final int columns;
  private final int interval;
  private final SparseRows keyRows;
  private final SparseRows queryRows;
  private final float[] delta;
  private final float[] vOld;
  private final float[] gradDelta;
  private final float[] walked;
  private final List<float[]> snapshots = new ArrayList<>();
  private float[] inserts = {};

  /**
   * @param rows E, the features of phi
   * @param columns M, the dimension of a value
   * @throws IllegalArgumentException for a rule of associative memories
   */
  public Recurrence(UpdateRule rule, int rows, int columns) {
    if (rule == UpdateRule.PRECONDITIONED) {
      throw new IllegalArgumentException("update rule " + rule + " has no gradients");
    }
    this.rule = rule;
    this.rows = rows;
    this.columns = columns;
    this.interval = Math.max(LEAST_INTERVAL, Math.min(rows, columns));
    this.keyRows = new SparseRows(rows);
    this.queryRows = new SparseRows(rows);
    this.delta = new float[columns];
    this.vOld = new float[columns];
    this.gradDelta = new float[columns];
    this.walked = new float[rows * columns];
  }

  /**
   * Runs the sequence and keeps what {@link #backward} needs.
   *
   * @param s its read-outs are written, not scaled
   * @param asks true for asks, or null for none
   * @param w float[rows][columns], rewritten
   */
  public void forward(HeadSequence s, int length, boolean[] asks, float[] w) {
    if (inserts.length < length * columns) {
      inserts = new float[length * columns];
    }
    for (int t = 0; t < length; t++) {
      if (t > 0 && t % interval == 0) {
        keep(t / interval - 1, w);
      }
      int phi = t * rows;
      keyRows.of(s.phiK, phi);
      queryRows.of(s.phiQ, phi);
      insert(s, t, w);
      delta(s, t);
      boolean ask = asks != null && asks[t];
      int out = s.outAt + t * s.outStride;
      if (!ask) {
        keyRows.write(w, columns, s.phiK, phi, 1, delta, 0);
      }
      queryRows.read(w, columns, s.phiQ, phi, s.out, out);
      if (ask) {
        float match = match(s, phi);
        for (int j = 0; j < columns; j++) {
          s.out[out + j] = Math.fma(match, delta[j], s.out[out + j]);
        }
      }
    }
  }

  /**
   * Adds the gradients of a sequence that {@link #forward} ran last.
   *
   * @param g holds the gradients of the read-outs; those of features, values and betas are added
   * @param w the memory after the sequence; left as it is
   * @param gradW the gradient of the memory after the sequence; becomes that of the memory before
   */
  public void backward(
      HeadSequence s, HeadSequence g, int length, boolean[] asks, float[] w, float[] gradW) {
    System.arraycopy(w, 0, walked, 0, walked.length);
    for (int t = length - 1; t >= 0; t--) {
      int phi = t * rows;
      keyRows.of(s.phiK, phi);
      queryRows.of(s.phiQ, phi);
      delta(s, t);
      int out = g.outAt + t * g.outStride;
      queryRows.project(walked, columns, 1, g.out, out, g.phiQ, phi);
      queryRows.write(gradW, columns, s.phiQ, phi, 1, g.out, out);
      if (asks != null && asks[t]) {
        ask(s, g, phi, out);
      } else {
        keyRows.read(gradW, columns, s.phiK, phi, gradDelta, 0);
        keyRows.project(gradW, columns, 1, delta, 0, g.phiK, phi);
        keyRows.write(walked, columns, s.phiK, phi, -1, delta, 0);
      }
      insertBackward(s, g, t, gradW);
      if (t > 0 && t % interval == 0) {
        System.arraycopy(snapshots.get(t / interval - 1), 0, walked, 0, walked.length);
      }
    }
  }

  /** An ask reads W^T phi(q) + (phi(k) . phi(q)) delta: gradients of the second term. */
  private void ask(HeadSequence s, HeadSequence g, int phi, int out) {
    float match = match(s, phi);
    float read = 0;
    for (int j = 0; j < columns; j++) {
      gradDelta[j] = match * g.out[out + j];
      read = Math.fma(delta[j], g.out[out + j], read);
    }
    for (int n = 0; n < queryRows.count; n++) {
      int i = phi + queryRows.index[n];
      g.phiQ[i] = Math.fma(read, s.phiK[i], g.phiQ[i]);
    }
    for (int n = 0; n < keyRows.count; n++) {
      int i = phi + keyRows.index[n];
      g.phiK[i] = Math.fma(read, s.phiQ[i], g.phiK[i]);
    }
  }

  /** Gradients through delta = beta (v - W^T phi(k)), or beta v; W is the one before the event. */
  private void insertBackward(HeadSequence s, HeadSequence g, int t, float[] gradW) {
    int phi = t * rows;
    float beta = s.beta[s.betaAt + t * s.betaStride];
    int v = g.vAt + t * g.vStride;
    float gradBeta = 0;
    for (int j = 0; j < columns; j++) {
      gradBeta = Math.fma(gradDelta[j], inserts[t * columns + j], gradBeta);
      gradDelta[j] *= beta;
      g.v[v + j] += gradDelta[j];
    }
    g.beta[g.betaAt + t * g.betaStride] += gradBeta;
    if (rule == UpdateRule.DELTA) {
      keyRows.project(walked, columns, -1, gradDelta, 0, g.phiK, phi);
      keyRows.write(gradW, columns, s.phiK, phi, -1, gradDelta, 0);
    }
  }

  /** v - v_old, or v under the sum rule, kept for the way back. */
  private void insert(HeadSequence s, int t, float[] w) {
    int v = s.vAt + t * s.vStride;
    if (rule == UpdateRule.SUM) {
      System.arraycopy(s.v, v, inserts, t * columns, columns);
      return;
    }
    keyRows.read(w, columns, s.phiK, t * rows, vOld, 0);
    for (int j = 0; j < columns; j++) {
      inserts[t * columns + j] = s.v[v + j] - vOld[j];
    }
  }

  private void delta(HeadSequence s, int t) {
    float beta = s.beta[s.betaAt + t * s.betaStride];
    for (int j = 0; j < columns; j++) {
      delta[j] = beta * inserts[t * columns + j];
    }
  }

  /** phi(k) . phi(q). */
  private float match(HeadSequence s, int phi) {
    float sum = 0;
    for (int n = 0; n < keyRows.count; n++) {
      int i = phi + keyRows.index[n];
      sum = Math.fma(s.phiK[i], s.phiQ[i], sum);
    }
    return sum;
  }

  private void keep(int number, float[] w) {
    if (number == snapshots.size()) {
      snapshots.add(w.clone());
    } else {
      System.arraycopy(w, 0, snapshots.get(number), 0, w.length);
    }
  }

  /** Zeroes gradients before a sequence. */
  public static void clear(HeadSequence g, int length, int rows) {
    Arrays.fill(g.phiK, 0, length * rows, 0f);
    Arrays.fill(g.phiQ, 0, length * rows, 0f);
  }
}
