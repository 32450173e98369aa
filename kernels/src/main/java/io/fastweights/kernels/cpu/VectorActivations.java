package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.numeric.Transcendental;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sigmoid, GELU and forget gates on vectors, with the bits of the readable forms. */
final class VectorActivations {
  /**
   * Doubles are widened in plain loops: a second shape of float vectors in the JVM would cost the
   * compiler its certainty about every call on the first.
   */
  private static final VectorSpecies<Double> D = VectorWidth.DOUBLES;

  /** Values widened at a time. */
  private static final int WIDE = 64;

  private final double[] wide = new double[WIDE];

  /** x = sigmoid(x), for x[from ... to - 1]. */
  void sigmoid(float[] x, int from, int to) {
    for (int at = from; at < to; at += WIDE) {
      int n = Math.min(WIDE, to - at);
      widen(x, at, n);
      for (int i = 0; i < n; i += D.length()) {
        DoubleVector power = exp(DoubleVector.fromArray(D, wide, i).neg());
        DoubleVector.broadcast(D, 1).div(power.add(1)).intoArray(wide, i);
      }
      narrow(x, at, n);
    }
  }

  /** x = gelu(x), for x[from ... to - 1]. */
  void gelu(float[] x, int from, int to) {
    for (int at = from; at < to; at += WIDE) {
      int n = Math.min(WIDE, to - at);
      widen(x, at, n);
      for (int i = 0; i < n; i += D.length()) {
        DoubleVector value = DoubleVector.fromArray(D, wide, i);
        DoubleVector zero = DoubleVector.zero(D);
        DoubleVector rectified = zero.blend(value, value.compare(VectorOperators.GT, zero));
        DoubleVector held = atMost(value.abs(), Transcendental.TAIL_LIMIT);
        rectified.sub(held.mul(normalTail(held))).intoArray(wide, i);
      }
      narrow(x, at, n);
    }
  }

  /** {@link io.fastweights.kernels.math.ForgetGate#steps}. */
  void forgetSteps(float[] x, int from, int to) {
    for (int at = from; at < to; at += WIDE) {
      int n = Math.min(WIDE, to - at);
      widen(x, at, n);
      for (int i = 0; i < n; i += D.length()) {
        DoubleVector octaves = softplus(DoubleVector.fromArray(D, wide, i));
        DoubleVector round = DoubleVector.broadcast(D, Transcendental.ROUND);
        DoubleVector steps = octaves.mul(ForgetGate.OCTAVE).add(round).sub(round);
        DoubleVector held = atMost(steps, ForgetGate.MOST);
        DoubleVector.zero(D).blend(held, held.compare(VectorOperators.GE, 0)).intoArray(wide, i);
      }
      narrow(x, at, n);
    }
  }

  private void widen(float[] x, int at, int n) {
    for (int i = 0; i < n; i++) {
      wide[i] = x[at + i];
    }
  }

  private void narrow(float[] x, int at, int n) {
    for (int i = 0; i < n; i++) {
      x[at + i] = (float) wide[i];
    }
  }

  private static DoubleVector atMost(DoubleVector x, double limit) {
    DoubleVector limits = DoubleVector.broadcast(D, limit);
    VectorMask<Double> above = x.compare(VectorOperators.GT, limits);
    return x.blend(limits, above);
  }

  /** {@link Transcendental#exp}. */
  private static DoubleVector exp(DoubleVector x) {
    DoubleVector least = DoubleVector.broadcast(D, -Transcendental.EXP_LIMIT);
    DoubleVector held = atMost(x, Transcendental.EXP_LIMIT);
    held = held.blend(least, held.compare(VectorOperators.LT, least));
    DoubleVector round = DoubleVector.broadcast(D, Transcendental.ROUND);
    DoubleVector rounded = held.fma(DoubleVector.broadcast(D, Transcendental.LOG2_E), round);
    DoubleVector r = rounded.sub(round).fma(DoubleVector.broadcast(D, -Transcendental.LN_2), held);
    DoubleVector p = DoubleVector.broadcast(D, Transcendental.exp(0));
    for (int i = 1; i <= Transcendental.expDegree(); i++) {
      p = p.fma(r, DoubleVector.broadcast(D, Transcendental.exp(i)));
    }
    return p.reinterpretAsLongs()
        .add(rounded.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52))
        .reinterpretAsDoubles();
  }

  /** {@link Transcendental#softplus(double)}. */
  private static DoubleVector softplus(DoubleVector x) {
    DoubleVector zero = DoubleVector.zero(D);
    DoubleVector e = exp(x.abs().neg());
    DoubleVector s = e.div(e.add(2));
    DoubleVector square = s.mul(s);
    DoubleVector p = DoubleVector.broadcast(D, Transcendental.softplus(0));
    for (int i = 1; i <= Transcendental.softplusDegree(); i++) {
      p = p.fma(square, DoubleVector.broadcast(D, Transcendental.softplus(i)));
    }
    return zero.blend(x, x.compare(VectorOperators.GT, zero)).add(s.mul(2).mul(p));
  }

  /** {@link Transcendental#normalTail} of t that is in range already. */
  private static DoubleVector normalTail(DoubleVector t) {
    DoubleVector centre = DoubleVector.broadcast(D, Transcendental.TAIL_CENTRE);
    DoubleVector inverse = DoubleVector.broadcast(D, 1).div(t.add(centre));
    DoubleVector u = t.sub(centre).mul(inverse);
    DoubleVector p = DoubleVector.broadcast(D, Transcendental.tail(0));
    for (int i = 1; i <= Transcendental.tailDegree(); i++) {
      p = p.fma(u, DoubleVector.broadcast(D, Transcendental.tail(i)));
    }
    return p.mul(inverse).mul(exp(t.mul(-0.5).mul(t)));
  }
}
