package io.fastweights.kernels.cpu;

import java.util.Locale;
import dev.ludovic.netlib.blas.JavaBLAS;
import io.fastweights.kernels.numeric.Layers.Dense;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * y = x M^T by our kernels and by BLAS, one thread: the basis for choosing our own. Each first
 * reports if a row of its result keeps its bits in a batch of fewer rows.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DenseBenchmark {
  private static final int MOST = 256;
  private static final int ROW_MAJOR = 101;
  private static final int PLAIN = 111;

  @Param({"1", "7", "256"})
  private int rows;

  @Param({"128x1536", "64x196"})
  private String product;

  private final CpuKernels vector = new VectorKernels();
  private final CpuKernels scalar = new ScalarKernels();
  private Dense m;
  private float[] x;
  private float[] y;

  /** Random operands. */
  @Setup
  public void prepare() {
    String[] sizes = product.split("x");
    int in = Integer.parseInt(sizes[0]);
    int out = Integer.parseInt(sizes[1]);
    SplittableRandom random = new SplittableRandom(7);
    m = Dense.of(in, out, Operands.gaussian(random, out, in), new float[out]);
    x = Operands.gaussian(random, MOST, in);
    y = new float[MOST * out];
  }

  private interface Product {
    float[] of(int rows);
  }

  /** Reports if every row has the same bits in a product of all rows and in one of fewer. */
  private void tellInvariance(String name, Product product) {
    float[] all = product.of(MOST).clone();
    float[] few = product.of(rows);
    boolean same = Arrays.equals(all, 0, rows * m.out(), few, 0, rows * m.out());
    System.out.printf(Locale.ROOT, "%s: rows keep their bits: %s%n", name, same);
  }

  /**
   * netlib's Java kernels. Loaded only where they are measured: they bring the system's BLAS with
   * them, whose symbols OpenBLAS would then be bound to.
   */
  @State(Scope.Thread)
  public static class Netlib {
    private final JavaBLAS blas = JavaBLAS.getInstance();

    /** Reports on the rows. */
    @Setup
    public void tell(DenseBenchmark operands) {
      operands.tellInvariance("netlib", n -> product(operands, n));
    }

    private float[] product(DenseBenchmark o, int n) {
      // Column-major: y^T = packed^T x^T.
      blas.sgemm(
          "N", "N", o.m.out(), n, o.m.in(), 1, o.m.packed(), o.m.out(), o.x, o.m.in(), 0, o.y,
          o.m.out());
      return o.y;
    }
  }

  /** OpenBLAS on operands outside the heap: given arrays it copies the weights too, every time. */
  @State(Scope.Thread)
  public static class OpenBlas {
    private FloatPointer x;
    private FloatPointer weights;
    private FloatPointer y;

    /** Reports on the rows. */
    @Setup
    public void tell(DenseBenchmark operands) {
      x = new FloatPointer(operands.x);
      weights = new FloatPointer(operands.m.packed());
      y = new FloatPointer(operands.y);
      operands.tellInvariance("OpenBLAS", n -> product(operands, n));
    }

    private float[] product(DenseBenchmark o, int n) {
      int in = o.m.in();
      int out = o.m.out();
      x.put(o.x, 0, n * in);
      openblas_nolapack.cblas_sgemm(
          ROW_MAJOR, PLAIN, PLAIN, n, out, in, 1, x, in, weights, out, 0, y, out);
      y.get(o.y, 0, n * out);
      return o.y;
    }
  }

  @Benchmark
  public float[] ours() {
    vector.dense(m, x, y, 0, rows);
    return y;
  }

  @Benchmark
  public float[] plainLoops() {
    scalar.dense(m, x, y, 0, rows);
    return y;
  }

  @Benchmark
  public float[] netlib(Netlib netlib) {
    return netlib.product(this, rows);
  }

  @Benchmark
  public float[] openBlas(OpenBlas openBlas) {
    return openBlas.product(this, rows);
  }
}
