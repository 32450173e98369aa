package io.fastweights.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** On vectors; the remainder of a row is computed one by one. */
final class VectorRows implements RowSums {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final int L = F.length();

  private final ScalarRows rest = new ScalarRows();

  @Override
  public void add(float a, float[] x, int xAt, float[] y, int yAt, int n) {
    int whole = n - n % L;
    FloatVector scale = FloatVector.broadcast(F, a);
    for (int j = 0; j < whole; j += L) {
      FloatVector sum = FloatVector.fromArray(F, y, yAt + j);
      scale.fma(FloatVector.fromArray(F, x, xAt + j), sum).intoArray(y, yAt + j);
    }
    rest.add(a, x, xAt + whole, y, yAt + whole, n - whole);
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
    int whole = n - n % L;
    FloatVector s0 = FloatVector.broadcast(F, a0);
    FloatVector s1 = FloatVector.broadcast(F, a1);
    FloatVector s2 = FloatVector.broadcast(F, a2);
    FloatVector s3 = FloatVector.broadcast(F, a3);
    for (int j = 0; j < whole; j += L) {
      FloatVector sum = FloatVector.fromArray(F, y, yAt + j);
      sum = s0.fma(FloatVector.fromArray(F, rows, at0 + j), sum);
      sum = s1.fma(FloatVector.fromArray(F, rows, at1 + j), sum);
      sum = s2.fma(FloatVector.fromArray(F, rows, at2 + j), sum);
      sum = s3.fma(FloatVector.fromArray(F, rows, at3 + j), sum);
      sum.intoArray(y, yAt + j);
    }
    rest.addFour(
        a0,
        a1,
        a2,
        a3,
        rows,
        at0 + whole,
        at1 + whole,
        at2 + whole,
        at3 + whole,
        y,
        yAt + whole,
        n - whole);
  }
}
