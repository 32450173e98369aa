package io.fastweights.kernels.cpu;

import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.numeric.Layers.Dense;
import io.fastweights.kernels.numeric.Layers.Norm;

/**
 * The hot operations of the CPU engine, each over rows of a batch. Every provider gives the bits of
 * the readable form in {@code io.fastweights.kernels.math}.
 */
public interface CpuKernels {

  /** Name of the kernels, for logs: "scalar", "vector 256 bit". */
  String name();

  /** Bits of the vectors worked on; 0 for plain loops. */
  int vectorBits();

  /**
   * Runs fused multiply-adds that depend on nothing in memory: the arithmetic's peak, for
   * benchmarks.
   *
   * @return how many it ran, at least {@code count}
   */
  long multiplyAdds(int count);

  /** y[row] = x[row] M^T + bias, for the rows given. */
  void dense(Dense m, float[] x, float[] y, int firstRow, int endRow);

  /** y[row] = norm(x[row]), for the rows given. */
  void norm(Norm norm, float[] x, float[] y, int dim, int firstRow, int endRow);

  /** x = sigmoid(x), for x[from ... to - 1]. */
  void sigmoid(float[] x, int from, int to);

  /** x = {@link io.fastweights.kernels.math.ForgetGate#steps} of x, for x[from ... to - 1]. */
  void forgetSteps(float[] x, int from, int to);

  /** x = gelu(x), for x[from ... to - 1]. */
  void gelu(float[] x, int from, int to);

  /**
   * A layer's memory through the events in rows {@code firstRow ... endRow - 1}, in order.
   *
   * @param layer holds the events' q, k, v, beta and takes the results
   * @param w array that holds W of all heads
   * @param at offset of the first in it; {@link HeapPool#MARGIN} floats follow the last
   */
  void step(MemoryLayer layer, float[] w, int at, int firstRow, int endRow);

  /**
   * The same in bf16: what an event writes is rounded before anything reads it again.
   *
   * @param w the key's whole memory
   */
  void step(MemoryLayer layer, short[] w, int at, int firstRow, int endRow);

  /**
   * One head's W += phi(k) (x) delta of a logged event.
   *
   * @param keys the event's k is {@code keys[keyAt ...]}
   * @param deltas its delta is {@code deltas[deltaAt ...]}
   * @param w W is {@code w[at ...]}, with {@link HeapPool#MARGIN} floats beyond
   */
  void rewrite(
      Model model, float[] keys, int keyAt, float[] deltas, int deltaAt, float[] w, int at);

  /** Sums of rows, for any thread. */
  RowSums rows();
}
