package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.math.Preconditioner;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.numeric.BrainFloat;
import io.fastweights.kernels.numeric.Layers;
import io.fastweights.kernels.numeric.Layers.Dense;
import io.fastweights.kernels.numeric.Layers.Norm;
import io.fastweights.kernels.numeric.StochasticRounding;
import java.util.Arrays;

/** Plain loops; works on every JVM. */
public final class ScalarKernels implements CpuKernels {
  private static final int EXACT = -1;

  private float[] phiK = {};
  private float[] phiQ = {};
  private float[] kappa = {};
  private float[] vOld = {};
  private float[] asked = {};
  private float[] wide = {};

  /** The factor of what the current head's memory holds: 1 without a forget gate. */
  private float scale = 1;

  /** Offset of the current head in a bf16 memory; {@link #EXACT} in fp32. */
  private int place = EXACT;

  /** Keeps the sums of {@link #multiplyAdds}, which would not be computed otherwise. */
  private float unusedSum;

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int vectorBits() {
    return 0;
  }

  @Override
  public long multiplyAdds(int count) {
    float a = 1;
    float b = 1;
    float c = 1;
    float d = 1;
    for (int i = 0; i < count; i += 4) {
      a = Math.fma(a, 0.5f, 0.5f);
      b = Math.fma(b, 0.5f, 0.5f);
      c = Math.fma(c, 0.5f, 0.5f);
      d = Math.fma(d, 0.5f, 0.5f);
    }
    unusedSum = a + b + c + d;
    return (count + 3L) / 4 * 4;
  }

  @Override
  public void dense(Dense m, float[] x, float[] y, int firstRow, int endRow) {
    for (int row = firstRow; row < endRow; row++) {
      Layers.dense(m, x, row * m.in(), y, row * m.out());
    }
  }

  @Override
  public void norm(Norm norm, float[] x, float[] y, int dim, int firstRow, int endRow) {
    for (int row = firstRow; row < endRow; row++) {
      Layers.norm(norm, x, row * dim, dim, y, row * dim);
    }
  }

  @Override
  public void sigmoid(float[] x, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] = Layers.sigmoid(x[i]);
    }
  }

  @Override
  public void forgetSteps(float[] x, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] = ForgetGate.steps(x[i]);
    }
  }

  @Override
  public void gelu(float[] x, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] = Layers.gelu(x[i]);
    }
  }

  @Override
  public void step(MemoryLayer layer, float[] w, int at, int firstRow, int endRow) {
    reserve(layer.shape, layer.rows);
    place = EXACT;
    for (int head = 0; head < layer.shape.heads(); head++) {
      for (int row = firstRow; row < endRow; row++) {
        event(layer, row, head, w, at + head * layer.shape.headFloats());
      }
    }
  }

  @Override
  public void step(MemoryLayer layer, short[] w, int at, int firstRow, int endRow) {
    for (int head = 0; head < layer.shape.heads(); head++) {
      step(layer, head, w, at + head * layer.shape.headFloats(), firstRow, endRow);
    }
  }

  private void step(MemoryLayer layer, int head, short[] w, int at, int firstRow, int endRow) {
    int floats = layer.shape.headFloats();
    reserve(layer.shape, layer.rows);
    place = at;
    if (wide.length < floats) {
      wide = new float[floats];
    }
    for (int i = 0; i < floats; i++) {
      wide[i] = BrainFloat.toFloat(w[at + i]);
    }
    for (int row = firstRow; row < endRow; row++) {
      event(layer, row, head, wide, 0);
    }
    for (int i = 0; i < floats; i++) {
      w[at + i] = BrainFloat.of(wide[i]);
    }
  }

  @Override
  public RowSums rows() {
    return new ScalarRows();
  }

  @Override
  public void rewrite(
      Model model, float[] keys, int keyAt, float[] deltas, int deltaAt, float[] w, int at) {
    reserve(model.memory(), model.features());
    features(model, keys, keyAt, phiK);
    // Reuses vOld as a buffer, since nothing is read.
    System.arraycopy(deltas, deltaAt, vOld, 0, vOld.length);
    DeltaRule.bound(vOld, 0, vOld.length, null);
    DeltaRule.write(w, at, phiK.length, vOld.length, phiK, vOld, 0);
  }

  private void event(MemoryLayer layer, int row, int head, float[] w, int at) {
    MemoryShape shape = layer.shape;
    boolean writes = layer.writes(row);
    int counter = layer.counter(row, head, w, at);
    float fade = layer.fade(row, counter);
    scale = layer.scale(counter);
    if (fade != 1 && !writes) {
      System.arraycopy(w, at, asked, 0, shape.headFloats());
      event(layer, row, head, asked, 0, fade, true);
    } else {
      if (writes) {
        layer.store(counter, w, at);
      }
      event(layer, row, head, w, at, fade, writes);
    }
  }

  /** Steps an event on a memory that it may fade in place. */
  private void event(
      MemoryLayer layer, int row, int head, float[] w, int at, float fade, boolean writes) {
    MemoryShape shape = layer.shape;
    if (fade != 1) {
      DeltaRule.scale(w, at, layer.fadingFloats, fade);
      if (place != EXACT) {
        round(shape, w, at, layer.fadeSeed(row));
      }
    }
    features(layer.model, layer.projections, layer.keyAt(row, head), phiK);
    DeltaRule.read(w, at, layer.rows, shape.columns(), phiK, vOld, 0);
    DeltaRule.scale(vOld, 0, shape.columns(), scale);
    delta(layer, row, head);
    if (writes) {
      update(layer, row, head, w, at);
    }
    if (layer.reads != null) {
      features(layer.model, layer.projections, layer.queryAt(row, head), phiQ);
      if (writes) {
        read(layer, row, head, w, at);
      } else {
        System.arraycopy(w, at, asked, 0, shape.headFloats());
        update(layer, row, head, asked, 0);
        read(layer, row, head, asked, 0);
      }
    }
  }

  private void delta(MemoryLayer layer, int row, int head) {
    int columns = layer.shape.columns();
    int v = layer.valueAt(row, head);
    DeltaRule.delta(
        layer.model.updateRule(),
        layer.deltaFactor(row, head) / scale,
        layer.values,
        v,
        vOld,
        columns,
        layer.deltas,
        layer.deltaAt(row, head));
    DeltaRule.bound(
        layer.deltas, layer.deltaAt(row, head), columns, layer.writes(row) ? vOld : null);
    layer.recallErrors[row] +=
        DeltaRule.recallError(layer.values, v, vOld, columns, layer.relativeError);
    if (layer.recalls != null) {
      System.arraycopy(vOld, 0, layer.recalls, layer.readAt(row, head), columns);
    }
  }

  private void update(MemoryLayer layer, int row, int head, float[] w, int at) {
    MemoryShape shape = layer.shape;
    int columns = shape.columns();
    float[] key = phiK;
    if (layer.preconditioned) {
      int certainties = at + layer.rows * columns;
      Preconditioner.steps(w, certainties, layer.rows, phiK, layer.betaOf(row, head), kappa);
      key = kappa;
    }
    DeltaRule.write(w, at, layer.rows, columns, key, layer.deltas, layer.deltaAt(row, head));
    if (place != EXACT) {
      round(shape, w, at, layer.updateSeed(row));
    }
  }

  private void round(MemoryShape shape, float[] w, int at, int seed) {
    StochasticRounding.round(w, at, shape.rows(), shape.columns(), place, seed);
  }

  private void read(MemoryLayer layer, int row, int head, float[] w, int at) {
    MemoryShape shape = layer.shape;
    int out = layer.readAt(row, head);
    DeltaRule.read(w, at, layer.rows, shape.columns(), phiQ, layer.reads, out);
    DeltaRule.scale(layer.reads, out, shape.columns(), scale);
    for (int j = out; j < out + shape.columns(); j++) {
      layer.reads[j] *= layer.scale;
    }
  }

  private static void features(Model model, float[] x, int at, float[] phi) {
    Dpfp.features(
        model.featureMap(), model.nu(), model.normalisation(), x, at, model.keyDim(), phi);
  }

  private void reserve(MemoryShape shape, int rows) {
    if (phiK.length != rows || vOld.length != shape.columns()) {
      phiK = new float[rows];
      phiQ = new float[rows];
      kappa = new float[rows];
      vOld = new float[shape.columns()];
      asked = Arrays.copyOf(asked, shape.headFloats());
    }
  }
}
