package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.DeviceNetwork.Matrix;
import io.fastweights.kernels.cuda.DeviceNetwork.Scale;
import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaModule;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowModel;

/** Launches of layers.cu: the layers around a memory, each over rows of a batch. */
public final class LayerKernels implements DenseLayer {
  private static final int DENSE_ROWS = 64;
  private static final int DENSE_OUT = 64;
  private static final int DENSE_THREADS = 128;
  private static final int THREADS = 128;
  private static final int ROWS_PER_WARP_NORM = 2;
  private static final int WARP = 32;

  private final Arguments arguments;
  private final CudaModule module;

  /** Compiles what the model will need. */
  public LayerKernels(CudaModule module, Model model, Arguments arguments) {
    this.module = module;
    this.arguments = arguments;
    module.function("recall_error", 0);
    if (model instanceof SlowModel slow) {
      module.function("dense", 0);
      if (slow.config().architecture() == Architecture.TRANSFORMER) {
        module.function("layer_norm", 0);
      }
    } else {
      module.function("head_mean", 0);
    }
  }

  @Override
  public void dense(
      Matrix m,
      long x,
      int xStride,
      long residual,
      long y,
      int yStride,
      int rows,
      boolean gelu,
      int sigmoidFrom) {
    layer(m, x, xStride, residual, y, yStride, rows, gelu, sigmoidFrom)
        .launch(
            module, "dense", ceil(rows, DENSE_ROWS), ceil(m.out(), DENSE_OUT), DENSE_THREADS, 0);
  }

  /**
   * y = act(product + bias) (+ residual): {@link #dense} without its product.
   *
   * @param product address of float[rows][out]
   */
  void finishDense(
      Matrix m,
      long product,
      long residual,
      long y,
      int yStride,
      int rows,
      boolean gelu,
      int sigmoidFrom) {
    layer(m, product, m.out(), residual, y, yStride, rows, gelu, sigmoidFrom)
        .launch(
            module,
            "finish_dense",
            Math.toIntExact(((long) rows * m.out() + THREADS - 1) / THREADS),
            1,
            THREADS,
            0);
  }

  /** Compiles what {@link #finishDense} launches. */
  void prepareFinishDense() {
    module.function("finish_dense", 0);
  }

  private Arguments layer(
      Matrix m,
      long x,
      int xStride,
      long residual,
      long y,
      int yStride,
      int rows,
      boolean gelu,
      int sigmoidFrom) {
    return arguments
        .begin()
        .wide(x)
        .wide(m.packed())
        .wide(m.bias())
        .wide(residual)
        .wide(y)
        .integer(rows)
        .integer(m.in())
        .integer(m.out())
        .integer(xStride)
        .integer(yStride)
        .integer(gelu ? 1 : 0)
        .integer(sigmoidFrom)
        .integer(0);
  }

  /** y = norm(x) (+ residual). */
  void norm(Scale scale, long x, long residual, long y, int rows, int dim) {
    arguments
        .begin()
        .wide(x)
        .wide(scale.weight())
        .wide(scale.bias())
        .wide(residual)
        .wide(y)
        .integer(rows)
        .integer(dim)
        .launch(
            module, "layer_norm", ceil(rows, THREADS / WARP * ROWS_PER_WARP_NORM), 1, THREADS, 0);
  }

  /**
   * Adds a layer's recall errors to each row's.
   *
   * @param step holds the values and v_old
   * @param first true to start the sums at 0
   * @param count divisor of the final sums, or 0 for none
   */
  void recallError(
      MemoryStep step,
      long errors,
      int from,
      int to,
      int heads,
      int columns,
      boolean first,
      int count,
      boolean relative) {
    arguments
        .begin()
        .wide(step.values + 4L * from * step.valueStride)
        .wide(step.recalls + 4L * from * heads * columns)
        .wide(errors + 4L * from)
        .integer(to - from)
        .integer(heads)
        .integer(columns)
        .integer(step.valueStride)
        .integer(step.value)
        .integer(step.valueHeadStride)
        .integer(first ? 1 : 0)
        .integer(count)
        .integer(relative ? 1 : 0)
        .integer(0)
        .launch(module, "recall_error", ceil(to - from, THREADS / WARP), 1, THREADS, 0);
  }

  /** y[row] = mean over heads of x[row][head]. */
  public void headMean(long x, long y, int rows, int heads, int columns) {
    arguments
        .begin()
        .wide(x)
        .wide(y)
        .integer(rows)
        .integer(heads)
        .integer(columns)
        .integer(0)
        .launch(
            module,
            "head_mean",
            Math.toIntExact(((long) rows * columns + THREADS - 1) / THREADS),
            1,
            THREADS,
            0);
  }

  private static int ceil(int n, int by) {
    return (n + by - 1) / by;
  }
}
