package io.fastweights.kernels.train.network;

import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;

/**
 * The recurrence and its gradients in float64 with W stored for every event, as automatic
 * differentiation would: the reference of the backward pass.
 */
final class DoubleRecurrence {
  final double[] gradPhiK;
  final double[] gradPhiQ;
  final double[] gradV;
  final double[] gradBeta;
  final double[] gradW;

  /** By octaves of the forget gate. */
  final double[] gradForget;

  private final HeadSequence s;
  private final int rows;
  private final int columns;

  DoubleRecurrence(
      UpdateRule rule,
      HeadSequence s,
      int length,
      int rows,
      int columns,
      boolean[] asks,
      float[] w0,
      float[] gradOut,
      float[] gradEnd) {
    this.s = s;
    this.rows = rows;
    this.columns = columns;
    double[][] memories = new double[length + 1][rows * columns];
    double[][] inserts = new double[length][columns];
    for (int i = 0; i < w0.length; i++) {
      memories[0][i] = w0[i];
    }
    for (int t = 0; t < length; t++) {
      double[] forgotten = memories[t].clone();
      for (int i = 0; i < forgotten.length; i++) {
        forgotten[i] *= factor(t);
      }
      double[] old = read(forgotten, s.phiK, t);
      memories[t + 1] = forgotten;
      for (int j = 0; j < columns; j++) {
        inserts[t][j] = s.v[t * columns + j] - (rule == UpdateRule.SUM ? 0 : old[j]);
        for (int i = 0; i < rows; i++) {
          memories[t + 1][i * columns + j] +=
              (double) s.phiK[t * rows + i] * s.beta[t] * inserts[t][j];
        }
      }
      if (asks[t]) {
        // Read from the update, then forget it: kept in inserts alone.
        memories[t + 1] = memories[t].clone();
      }
    }
    gradPhiK = new double[length * rows];
    gradPhiQ = new double[length * rows];
    gradV = new double[length * columns];
    gradBeta = new double[length];
    gradForget = new double[length];
    gradW = new double[rows * columns];
    for (int i = 0; i < gradW.length; i++) {
      gradW[i] = gradEnd[i];
    }
    for (int t = length - 1; t >= 0; t--) {
      backward(rule, t, memories[t], inserts[t], asks[t], gradOut);
    }
  }

  private void backward(
      UpdateRule rule, int t, double[] before, double[] insert, boolean ask, float[] gradOut) {
    double[] gradAfter = new double[rows * columns];
    double beta = s.beta[t];
    double[] w = before.clone();
    for (int i = 0; i < w.length; i++) {
      w[i] *= factor(t);
    }
    double[] gradForgotten = new double[w.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int at = i * columns + j;
        double after = w[at] + s.phiK[t * rows + i] * beta * insert[j];
        gradPhiQ[t * rows + i] += after * gradOut[t * columns + j];
        gradAfter[at] = (double) s.phiQ[t * rows + i] * gradOut[t * columns + j];
        if (!ask) {
          gradAfter[at] += gradW[at];
          gradW[at] = 0;
        }
        gradForgotten[at] = gradAfter[at];
      }
    }
    double[] gradDelta = read(gradAfter, s.phiK, t);
    for (int j = 0; j < columns; j++) {
      gradBeta[t] += gradDelta[j] * insert[j];
      gradV[t * columns + j] += beta * gradDelta[j];
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int at = i * columns + j;
        gradPhiK[t * rows + i] += gradAfter[at] * beta * insert[j];
        if (rule != UpdateRule.SUM) {
          gradPhiK[t * rows + i] -= w[at] * beta * gradDelta[j];
          gradForgotten[at] -= (double) s.phiK[t * rows + i] * beta * gradDelta[j];
        }
        gradW[at] += factor(t) * gradForgotten[at];
        gradForget[t] -= Math.log(2) * w[at] * gradForgotten[at];
      }
    }
  }

  private double factor(int t) {
    return s.forget == null ? 1 : Math.pow(2, -s.forget[t] / ForgetGate.OCTAVE);
  }

  private double[] read(double[] w, float[] phi, int t) {
    double[] out = new double[columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        out[j] += phi[t * rows + i] * w[i * columns + j];
      }
    }
    return out;
  }
}
