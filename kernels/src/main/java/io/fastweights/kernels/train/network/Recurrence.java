package io.fastweights.kernels.train.network;

import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.math.ForgetGate;
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
 * <p>With a forget gate W is held as {@link ForgetGate} stores it, and its gradient divided by the
 * same factor, so both stay sparse. The gradient of a gate is that of all of W, {@code <dL/dW, W>}:
 * the sum over all later events of what their reads and writes add to that product.
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

  /** Snapshots of this sequence; others are arrays to use again. */
  private int held;

  private float[] inserts = {};

  /** float[event]: the factor of what W holds while the event reads it; 1 without a gate. */
  private float[] scales = {};

  /** float[event]: the power of two that W was multiplied by before the event. */
  private float[] wraps = {};

  /** int[event]: the snapshot of W before the event; -1 for none. */
  private int[] kept = {};

  /** The factor of what W held after the sequence. */
  private float end;

  /** {@code <dL/dW, W>} of the backward pass. */
  private double product;

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
    reserve(length);
    int counter = 0;
    for (int t = 0; t < length; t++) {
      boolean ask = asks != null && asks[t];
      counter = forget(s, t, ask, counter, w);
      int phi = t * rows;
      keyRows.of(s.phiK, phi);
      queryRows.of(s.phiQ, phi);
      insert(s, t, w);
      delta(s, t);
      int out = s.outAt + t * s.outStride;
      if (!ask) {
        keyRows.write(w, columns, s.phiK, phi, 1 / scales[t], delta, 0);
      }
      queryRows.read(w, columns, s.phiQ, phi, s.out, out);
      DeltaRule.scale(s.out, out, columns, scales[t]);
      if (ask) {
        float match = match(s, phi);
        for (int j = 0; j < columns; j++) {
          s.out[out + j] = Math.fma(match, delta[j], s.out[out + j]);
        }
      }
    }
    end = ForgetGate.scale(counter);
    DeltaRule.scale(w, 0, w.length, end);
  }

  private void reserve(int length) {
    if (scales.length < length) {
      inserts = new float[length * columns];
      scales = new float[length];
      wraps = new float[length];
      kept = new int[length];
    }
    held = 0;
  }

  /** Advances the counter of the forget gate to event t, and keeps W where it must be. */
  private int forget(HeadSequence s, int t, boolean ask, int counter, float[] w) {
    int next = counter;
    if (s.forget != null) {
      next += (int) s.forget[s.betaAt + t * s.betaStride];
    }
    float wrap = ForgetGate.wrap(next);
    wraps[t] = ask ? 1 : wrap;
    scales[t] = ForgetGate.scale(next % ForgetGate.SPAN) * (ask ? wrap : 1);
    kept[t] = -1;
    if (wraps[t] != 1 || t > 0 && t % interval == 0) {
      kept[t] = held;
      keep(w);
      DeltaRule.scale(w, 0, w.length, wraps[t]);
    }
    return ask ? counter : next % ForgetGate.SPAN;
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
    boolean gated = g.forget != null;
    product = gated ? dot(gradW, 0, w, 0, w.length) : 0;
    System.arraycopy(w, 0, walked, 0, walked.length);
    DeltaRule.scale(walked, 0, walked.length, 1 / end);
    DeltaRule.scale(gradW, 0, gradW.length, end);
    for (int t = length - 1; t >= 0; t--) {
      double after = product;
      int phi = t * rows;
      keyRows.of(s.phiK, phi);
      queryRows.of(s.phiQ, phi);
      delta(s, t);
      int out = g.outAt + t * g.outStride;
      queryRows.project(walked, columns, scales[t], g.out, out, g.phiQ, phi);
      queryRows.write(gradW, columns, s.phiQ, phi, scales[t], g.out, out);
      product += gated ? dot(s.phiQ, phi, g.phiQ, phi, rows) : 0;
      boolean ask = asks != null && asks[t];
      if (ask) {
        ask(s, g, phi, out);
      } else {
        writeBackward(s, g, t, gradW);
      }
      insertBackward(s, g, t, gradW);
      if (gated) {
        double ofFactor = ask ? product - after : product;
        g.forget[g.betaAt + t * g.betaStride] += (float) (-Math.log(2) * ofFactor);
      }
      if (kept[t] >= 0) {
        System.arraycopy(snapshots.get(kept[t]), 0, walked, 0, walked.length);
        DeltaRule.scale(gradW, 0, gradW.length, wraps[t]);
      }
    }
  }

  /** Gradients through W += phi(k) (x) delta, and W before it. */
  private void writeBackward(HeadSequence s, HeadSequence g, int t, float[] gradW) {
    int phi = t * rows;
    float inverse = 1 / scales[t];
    keyRows.read(gradW, columns, s.phiK, phi, gradDelta, 0);
    DeltaRule.scale(gradDelta, 0, columns, inverse);
    keyRows.project(gradW, columns, inverse, delta, 0, g.phiK, phi);
    keyRows.write(walked, columns, s.phiK, phi, -inverse, delta, 0);
    product -= dot(gradDelta, 0, delta, 0, columns);
  }

  private static double dot(float[] x, int at, float[] y, int yAt, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum = Math.fma((double) x[at + i], y[yAt + i], sum);
    }
    return sum;
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
    int value = s.vAt + t * s.vStride;
    float gradBeta = 0;
    for (int j = 0; j < columns; j++) {
      gradBeta = Math.fma(gradDelta[j], inserts[t * columns + j], gradBeta);
      gradDelta[j] *= beta;
      g.v[v + j] += gradDelta[j];
      product -= (double) gradDelta[j] * (s.v[value + j] - inserts[t * columns + j]);
    }
    g.beta[g.betaAt + t * g.betaStride] += gradBeta;
    if (rule != UpdateRule.SUM) {
      keyRows.project(walked, columns, -scales[t], gradDelta, 0, g.phiK, phi);
      keyRows.write(gradW, columns, s.phiK, phi, -scales[t], gradDelta, 0);
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
    DeltaRule.scale(vOld, 0, columns, scales[t]);
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

  private void keep(float[] w) {
    if (held == snapshots.size()) {
      snapshots.add(w.clone());
    } else {
      System.arraycopy(w, 0, snapshots.get(held), 0, w.length);
    }
    held++;
  }

  /** Zeroes gradients before a sequence. */
  public static void clear(HeadSequence g, int length, int rows) {
    Arrays.fill(g.phiK, 0, length * rows, 0f);
    Arrays.fill(g.phiQ, 0, length * rows, 0f);
  }
}
