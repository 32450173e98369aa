package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.DeviceNetwork.Matrix;
import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.NativeLibrary;
import io.fastweights.kernels.cuda.driver.NativeResource;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.engine.EngineException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Linear layers whose products are cuBLAS': see {@link
 * io.fastweights.kernels.engine.EngineOptions.DenseProducts#CUBLAS} for what that means for the
 * bits. Every product is of {@link #ROWS} rows, the last one of a batch padded with rows of no
 * meaning, so that cuBLAS chooses the same algorithm for a layer each time. It works in memory of
 * its own: what it takes from a pool can make results differ between streams.
 */
final class CublasProducts implements DenseLayer, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CublasProducts.class);
  private static final AtomicBoolean SAID = new AtomicBoolean();

  /** Rows of a product; the operator's usual batch. */
  static final int ROWS = 256;

  /** NVIDIA's recommended minimum; more than any of its algorithms needs for such shapes. */
  private static final long WORKSPACE_BYTES = 32L << 20;

  private final Scope scope = new Scope();
  private final LayerKernels layers;
  private final Arguments arguments;
  private final Handle handle;
  private final DeviceMemory workspace;
  private final DeviceMemory padded;
  private final DeviceMemory product;
  private final Pointer one = Pointer.to(new float[] {1});
  private final Pointer zero = Pointer.to(new float[] {0});
  private CudaStream stream;

  private CublasProducts(List<Matrix> matrices, LayerKernels layers, Arguments arguments) {
    this.layers = layers;
    this.arguments = arguments;
    int in = matrices.stream().mapToInt(Matrix::in).max().orElse(1);
    int out = matrices.stream().mapToInt(Matrix::out).max().orElse(1);
    try {
      handle = scope.own(new Handle());
      check(
          JCublas2.cublasSetMathMode(handle.cublas, cublasMath.CUBLAS_PEDANTIC_MATH),
          "choose full fp32");
      layers.prepareFinishDense();
      workspace = scope.own(DeviceMemory.allocate(WORKSPACE_BYTES));
      padded = scope.own(DeviceMemory.allocate((long) ROWS * in * Float.BYTES));
      product = scope.own(DeviceMemory.allocate((long) ROWS * out * Float.BYTES));
    } catch (RuntimeException e) {
      throw scope.closeAfter(e);
    }
  }

  /**
   * Products by cuBLAS, or null where it cannot be loaded; the first time, the reason is logged.
   *
   * @throws EngineException if the device fails
   */
  static CublasProducts orNull(List<Matrix> matrices, LayerKernels layers, Arguments arguments) {
    String missing = missing();
    if (missing != null) {
      if (SAID.compareAndSet(false, true)) {
        LOG.warn("dense products: own kernels instead of cuBLAS: {}", missing);
      }
      return null;
    }
    CublasProducts made = new CublasProducts(matrices, layers, arguments);
    LOG.info("dense products: cuBLAS, {} rows at a time", ROWS);
    return made;
  }

  /** The reason that cuBLAS cannot be loaded, in one line; null if it is loaded. */
  private static String missing() {
    try {
      NativeLibrary.loadCublas();
      return null;
    } catch (LinkageError e) {
      return why(e);
    } catch (EngineException e) {
      return e.getMessage();
    }
  }

  /** The cause of a failed load of JCublas, in one line. */
  static String why(LinkageError error) {
    String text = String.valueOf(error);
    if (text.contains("libcublas.so.12")) {
      return "libcublas.so.12 cannot be loaded; it comes with a CUDA 12 toolkit, not with the driver";
    }
    if (text.contains("NoClassDefFoundError: jcuda/jcublas")) {
      return "JCublas is not on the class path";
    }
    if (text.contains("No resource found")) {
      return "the jar of JCublas' natives for linux-x86_64 is not on the class path";
    }
    return text.lines().findFirst().orElse(text);
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
    use(arguments.stream());
    for (int from = 0; from < rows; from += ROWS) {
      int count = Math.min(ROWS, rows - from);
      long part = x + (long) from * xStride * Float.BYTES;
      if (count < ROWS) {
        padded.take(part, (long) count * xStride * Float.BYTES, stream);
        part = padded.address();
      }
      multiply(m, part, xStride);
      long skipped = (long) from * yStride * Float.BYTES;
      layers.finishDense(
          m,
          product.address(),
          residual == 0 ? 0 : residual + skipped,
          y + skipped,
          yStride,
          count,
          gelu,
          sigmoidFrom);
    }
  }

  /** Row by row here is column by column there: the transpose of x M is M^T x^T. */
  private void multiply(Matrix m, long x, int xStride) {
    check(
        JCublas2.cublasSgemm(
            handle.cublas,
            cublasOperation.CUBLAS_OP_N,
            cublasOperation.CUBLAS_OP_N,
            m.out(),
            ROWS,
            m.in(),
            one,
            new Address(m.packed()),
            m.out(),
            new Address(x),
            xStride,
            zero,
            new Address(product.address()),
            m.out()),
        String.format(
            Locale.ROOT, "multiply %d rows by a matrix of %d x %d", ROWS, m.in(), m.out()));
  }

  private void use(CudaStream wanted) {
    if (wanted != stream) {
      check(
          JCublas2.cublasSetStream(handle.cublas, new cudaStream_t(wanted.handle())),
          "choose a stream");
      // Choosing a stream takes the workspace away.
      check(
          JCublas2.cublasSetWorkspace(
              handle.cublas, new Address(workspace.address()), WORKSPACE_BYTES),
          "take a workspace");
      stream = wanted;
    }
  }

  private static void check(int status, String asked) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new EngineException("cuBLAS cannot " + asked + ": " + cublasStatus.stringFor(status));
    }
  }

  @Override
  public void close() {
    scope.close();
  }

  private static final class Address extends Pointer {
    Address(long raw) {
      super(raw);
    }
  }

  private static final class Handle extends NativeResource {
    final cublasHandle cublas = new cublasHandle();

    Handle() {
      super("a cuBLAS handle");
      check(JCublas2.cublasCreate(cublas), "begin");
      granted();
    }

    @Override
    protected int free() {
      return JCublas2.cublasDestroy(cublas);
    }
  }
}
