package io.fastweights.kernels.cpu;

import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.numeric.Layers.Dense;
import io.fastweights.kernels.numeric.Layers.Norm;
import java.util.IdentityHashMap;
import java.util.Map;

/** The hot operations on the Vector API, with the bits of {@link ScalarKernels}. */
final class VectorKernels implements CpuKernels {
  private final VectorLayers layers = new VectorLayers();
  private final VectorActivations activations = new VectorActivations();

  /** Slow weights in the layout of the product; they never change while an engine lives. */
  private final Map<Dense, Panels> panels = new IdentityHashMap<>();

  private VectorMemory memory;

  @Override
  public String name() {
    return "vector " + vectorBits() + " bit";
  }

  @Override
  public int vectorBits() {
    return VectorWidth.BITS;
  }

  @Override
  public long multiplyAdds(int count) {
    return layers.multiplyAdds(count);
  }

  @Override
  public void dense(Dense m, float[] x, float[] y, int firstRow, int endRow) {
    Panels packed = panels.get(m);
    if (packed == null) {
      packed = Panels.of(m);
      panels.put(m, packed);
    }
    layers.dense(packed, x, y, firstRow, endRow);
  }

  @Override
  public void norm(Norm norm, float[] x, float[] y, int dim, int firstRow, int endRow) {
    layers.norm(norm, x, y, dim, firstRow, endRow);
  }

  @Override
  public void sigmoid(float[] x, int from, int to) {
    activations.sigmoid(x, from, to);
  }

  @Override
  public void forgetSteps(float[] x, int from, int to) {
    activations.forgetSteps(x, from, to);
  }

  @Override
  public void gelu(float[] x, int from, int to) {
    activations.gelu(x, from, to);
  }

  @Override
  public void step(MemoryLayer layer, float[] w, int at, int firstRow, int endRow) {
    memory(layer.model).step(layer, w, at, firstRow, endRow);
  }

  @Override
  public void step(MemoryLayer layer, short[] w, int at, int firstRow, int endRow) {
    memory(layer.model).step(layer, w, at, firstRow, endRow);
  }

  @Override
  public void rewrite(
      Model model, float[] keys, int keyAt, float[] deltas, int deltaAt, float[] w, int at) {
    memory(model).rewrite(keys, keyAt, deltas, deltaAt, w, at);
  }

  @Override
  public RowSums rows() {
    return new VectorRows();
  }

  private VectorMemory memory(Model model) {
    if (memory == null) {
      memory = new VectorMemory(model);
    }
    return memory;
  }
}
