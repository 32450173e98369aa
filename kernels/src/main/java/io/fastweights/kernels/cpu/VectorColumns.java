package io.fastweights.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of one head's W with features on vectors: reads W^T phi, and rank-one updates. They pass
 * over the rows of W whose feature is not 0. Columns go in blocks of eight, four, two vectors and
 * one, and a block's sums stay in registers while its rows pass. The last columns are a vector that
 * extends over the row's end; the next row's values are written back unchanged.
 */
final class VectorColumns {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final int L = F.length();

  private final int columns;

  /** The columns that fill no vector. */
  private final VectorMask<Float> tail;

  VectorColumns(int columns) {
    this.columns = columns;
    this.tail = F.indexInRange(columns - columns % L, columns);
  }

  /** out = W^T phi, with room in out for a vector beyond. */
  void read(VectorFeatures f, float[] w, int at, float[] out) {
    int j = 0;
    for (; j + 8 * L <= columns; j += 8 * L) {
      read8(f, w, at + j, columns, out, j);
    }
    for (; j + 4 * L <= columns; j += 4 * L) {
      read4(f, w, at + j, columns, out, j);
    }
    for (; j + 2 * L <= columns; j += 2 * L) {
      read2(f, w, at + j, columns, out, j);
    }
    for (; j < columns; j += L) {
      read1(f, w, at + j, columns, out, j);
    }
  }

  private static void read8(VectorFeatures f, float[] w, int at, int columns, float[] out, int j) {
    int[] rows = f.rows;
    float[] phi = f.phi;
    int count = f.count;
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    for (int n = 0; n < count; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      a0 = FloatVector.fromArray(F, w, row).fma(p, a0);
      a1 = FloatVector.fromArray(F, w, row + L).fma(p, a1);
      a2 = FloatVector.fromArray(F, w, row + 2 * L).fma(p, a2);
      a3 = FloatVector.fromArray(F, w, row + 3 * L).fma(p, a3);
      a4 = FloatVector.fromArray(F, w, row + 4 * L).fma(p, a4);
      a5 = FloatVector.fromArray(F, w, row + 5 * L).fma(p, a5);
      a6 = FloatVector.fromArray(F, w, row + 6 * L).fma(p, a6);
      a7 = FloatVector.fromArray(F, w, row + 7 * L).fma(p, a7);
    }
    a0.intoArray(out, j);
    a1.intoArray(out, j + L);
    a2.intoArray(out, j + 2 * L);
    a3.intoArray(out, j + 3 * L);
    a4.intoArray(out, j + 4 * L);
    a5.intoArray(out, j + 5 * L);
    a6.intoArray(out, j + 6 * L);
    a7.intoArray(out, j + 7 * L);
  }

  private static void read4(VectorFeatures f, float[] w, int at, int columns, float[] out, int j) {
    int[] rows = f.rows;
    float[] phi = f.phi;
    int count = f.count;
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    for (int n = 0; n < count; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      a0 = FloatVector.fromArray(F, w, row).fma(p, a0);
      a1 = FloatVector.fromArray(F, w, row + L).fma(p, a1);
      a2 = FloatVector.fromArray(F, w, row + 2 * L).fma(p, a2);
      a3 = FloatVector.fromArray(F, w, row + 3 * L).fma(p, a3);
    }
    a0.intoArray(out, j);
    a1.intoArray(out, j + L);
    a2.intoArray(out, j + 2 * L);
    a3.intoArray(out, j + 3 * L);
  }

  private static void read2(VectorFeatures f, float[] w, int at, int columns, float[] out, int j) {
    int[] rows = f.rows;
    float[] phi = f.phi;
    int count = f.count;
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = a0;
    for (int n = 0; n < count; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      a0 = FloatVector.fromArray(F, w, row).fma(p, a0);
      a1 = FloatVector.fromArray(F, w, row + L).fma(p, a1);
    }
    a0.intoArray(out, j);
    a1.intoArray(out, j + L);
  }

  private static void read1(VectorFeatures f, float[] w, int at, int columns, float[] out, int j) {
    int[] rows = f.rows;
    float[] phi = f.phi;
    int count = f.count;
    FloatVector a0 = FloatVector.zero(F);
    for (int n = 0; n < count; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      a0 = FloatVector.fromArray(F, w, row).fma(p, a0);
    }
    a0.intoArray(out, j);
  }

  /** W += kappa (x) delta, in the rows whose feature is not 0. */
  void update(VectorFeatures key, float[] kappa, float[] delta, float[] w, int at) {
    int j = 0;
    for (; j + 8 * L <= columns; j += 8 * L) {
      update8(key, kappa, w, at + j, columns, delta, j);
    }
    for (; j + 4 * L <= columns; j += 4 * L) {
      update4(key, kappa, w, at + j, columns, delta, j);
    }
    for (; j + 2 * L <= columns; j += 2 * L) {
      update2(key, kappa, w, at + j, columns, delta, j);
    }
    for (; j + L <= columns; j += L) {
      update1(key, kappa, w, at + j, columns, delta, j);
    }
    if (j < columns) {
      updateTail(key, kappa, w, at + j, delta, j);
    }
  }

  private static void update8(
      VectorFeatures f, float[] phi, float[] w, int at, int columns, float[] delta, int j) {
    int[] rows = f.rows;
    int count = f.count;
    FloatVector d0 = FloatVector.fromArray(F, delta, j);
    FloatVector d1 = FloatVector.fromArray(F, delta, j + L);
    FloatVector d2 = FloatVector.fromArray(F, delta, j + 2 * L);
    FloatVector d3 = FloatVector.fromArray(F, delta, j + 3 * L);
    FloatVector d4 = FloatVector.fromArray(F, delta, j + 4 * L);
    FloatVector d5 = FloatVector.fromArray(F, delta, j + 5 * L);
    FloatVector d6 = FloatVector.fromArray(F, delta, j + 6 * L);
    FloatVector d7 = FloatVector.fromArray(F, delta, j + 7 * L);
    for (int n = 0; n < count; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      d0.fma(p, FloatVector.fromArray(F, w, row)).intoArray(w, row);
      d1.fma(p, FloatVector.fromArray(F, w, row + L)).intoArray(w, row + L);
      d2.fma(p, FloatVector.fromArray(F, w, row + 2 * L)).intoArray(w, row + 2 * L);
      d3.fma(p, FloatVector.fromArray(F, w, row + 3 * L)).intoArray(w, row + 3 * L);
      d4.fma(p, FloatVector.fromArray(F, w, row + 4 * L)).intoArray(w, row + 4 * L);
      d5.fma(p, FloatVector.fromArray(F, w, row + 5 * L)).intoArray(w, row + 5 * L);
      d6.fma(p, FloatVector.fromArray(F, w, row + 6 * L)).intoArray(w, row + 6 * L);
      d7.fma(p, FloatVector.fromArray(F, w, row + 7 * L)).intoArray(w, row + 7 * L);
    }
  }

  private static void update4(
      VectorFeatures f, float[] phi, float[] w, int at, int columns, float[] delta, int j) {
    int[] rows = f.rows;
    int count = f.count;
    FloatVector d0 = FloatVector.fromArray(F, delta, j);
    FloatVector d1 = FloatVector.fromArray(F, delta, j + L);
    FloatVector d2 = FloatVector.fromArray(F, delta, j + 2 * L);
    FloatVector d3 = FloatVector.fromArray(F, delta, j + 3 * L);
    for (int n = 0; n < count; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      d0.fma(p, FloatVector.fromArray(F, w, row)).intoArray(w, row);
      d1.fma(p, FloatVector.fromArray(F, w, row + L)).intoArray(w, row + L);
      d2.fma(p, FloatVector.fromArray(F, w, row + 2 * L)).intoArray(w, row + 2 * L);
      d3.fma(p, FloatVector.fromArray(F, w, row + 3 * L)).intoArray(w, row + 3 * L);
    }
  }

  private static void update2(
      VectorFeatures f, float[] phi, float[] w, int at, int columns, float[] delta, int j) {
    int[] rows = f.rows;
    int count = f.count;
    FloatVector d0 = FloatVector.fromArray(F, delta, j);
    FloatVector d1 = FloatVector.fromArray(F, delta, j + L);
    for (int n = 0; n < count; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      d0.fma(p, FloatVector.fromArray(F, w, row)).intoArray(w, row);
      d1.fma(p, FloatVector.fromArray(F, w, row + L)).intoArray(w, row + L);
    }
  }

  private static void update1(
      VectorFeatures f, float[] phi, float[] w, int at, int columns, float[] delta, int j) {
    int[] rows = f.rows;
    int count = f.count;
    FloatVector d0 = FloatVector.fromArray(F, delta, j);
    for (int n = 0; n < count; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      d0.fma(p, FloatVector.fromArray(F, w, row)).intoArray(w, row);
    }
  }

  /** The columns that fill no vector; the next row's columns stay unchanged. */
  private void updateTail(
      VectorFeatures key, float[] kappa, float[] w, int at, float[] delta, int j) {
    FloatVector d0 = FloatVector.fromArray(F, delta, j);
    for (int n = 0; n < key.count; n++) {
      int row = at + key.rows[n] * columns;
      FloatVector old = FloatVector.fromArray(F, w, row);
      FloatVector p = FloatVector.broadcast(F, kappa[key.rows[n]]);
      old.blend(d0.fma(p, old), tail).intoArray(w, row);
    }
  }

  /** The read after an update that is not written: its rows are computed while they are read. */
  void readAsked(
      VectorFeatures key, VectorFeatures query, float[] delta, float[] w, int at, float[] out) {
    for (int j = 0; j < columns; j += L) {
      FloatVector d0 = FloatVector.fromArray(F, delta, j);
      FloatVector a0 = FloatVector.zero(F);
      for (int n = 0; n < query.count; n++) {
        int i = query.rows[n];
        FloatVector old = FloatVector.fromArray(F, w, at + i * columns + j);
        FloatVector k = FloatVector.broadcast(F, key.phi[i]);
        FloatVector updated = old.blend(d0.fma(k, old), k.compare(VectorOperators.NE, 0));
        a0 = updated.fma(FloatVector.broadcast(F, query.phi[i]), a0);
      }
      a0.intoArray(out, j);
    }
  }
}
