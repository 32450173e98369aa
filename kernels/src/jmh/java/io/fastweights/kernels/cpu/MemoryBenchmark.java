package io.fastweights.kernels.cpu;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** An event's memory step, all heads, two keys in turn: no dense products, hot memories. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MemoryBenchmark {
  private static final int EVENTS = 256;
  private static final int[] SLOTS = {0, 1};

  @Param({"vector", "scalar"})
  private String provider;

  @Param({"8x64x1", "4x16x1", "8x16x2"})
  private String headsDimHeadNu;

  @Param({"1", "8"})
  private int segment;

  private MemoryWorkload workload;
  private VectorFeatures features;
  private float[] keys;
  private int keyDim;

  /** Random weights, events and keys. */
  @Setup
  public void prepare() {
    int[] sizes = Arrays.stream(headsDimHeadNu.split("x")).mapToInt(Integer::parseInt).toArray();
    ModelConfig config =
        ModelConfig.builder(Architecture.ATTENTION)
            .dim(64)
            .heads(sizes[0])
            .dimHead(sizes[1])
            .nu(sizes[2])
            .build();
    SplittableRandom random = new SplittableRandom(7);
    SlowModel model =
        SlowModel.of(
            RandomWeights.of(
                config, null, (name, dims, size) -> Operands.gaussian(random, dims)));
    CpuKernels kernels = provider.equals("vector") ? new VectorKernels() : new ScalarKernels();
    workload = new MemoryWorkload(new CpuEngine(model, 2, kernels), EVENTS, segment, 7);
    features = new VectorFeatures(model);
    keyDim = model.keyDim();
    keys = Operands.gaussian(random, EVENTS, keyDim);
  }

  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void event() {
    workload.run(SLOTS, 0);
  }

  /** DPFP of one key, normalised and listed; on vectors for any provider. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public int features() {
    int rows = 0;
    for (int i = 0; i < EVENTS; i++) {
      features.of(keys, i * keyDim);
      rows += features.count;
    }
    return rows;
  }
}
