package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.fastweights.kernels.ForkedJvm;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Storage;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Steps allocate nothing once they are compiled. Vectors that the compiler does not keep in
 * registers are allocated as objects and fail this test. Runs in a separate JVM, where the compiler
 * has seen only this engine and its self-check.
 */
class AllocationTest {
  private static final int EVENTS = 32;
  private static final int STEPS = 50;
  private static final int ROUNDS = 100;

  /** What a vector's loop calls, left out for want of nodes. */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(?:io\\.fastweights\\.kernels\\.numeric|jdk\\.incubator\\.vector)\\..*"
              + "NodeCountInliningCutoff");

  @ParameterizedTest
  @CsvSource({"scalar, FP32", "scalar, BF16", "vector, FP32", "vector, BF16"})
  void aWarmEngineAllocatesNothing(String kernels, Storage storage) throws Exception {
    // Compile in the foreground, so that the compiler's profile does not depend on the load.
    List<String> options = List.of(ForkedJvm.VECTOR_MODULE, "-Xbatch");
    for (String model : new String[] {"transformer", "associative"}) {
      String output = ForkedJvm.run(Warm.class, options, model, storage.name(), kernels);
      assertThat(output).as("%s, %s, %s", model, kernels, storage).contains("allocated 0 bytes");
    }
  }

  /**
   * A method that inlines many operations uses up the compiler's budget of nodes. Where what a
   * vector's loop calls is left out then, the loop takes several times as long, though it allocates
   * nothing. A method with a loop of its own that is left out does no harm.
   */
  @ParameterizedTest
  @MethodSource("rulesAndWidths")
  void theCompilerHasRoomForWhatVectorLoopsCall(UpdateRule rule, int bits) throws Exception {
    List<String> options =
        List.of(
            ForkedJvm.VECTOR_MODULE,
            "-D" + CpuProvider.VECTOR_BITS + "=" + bits,
            "-Xbatch",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:+PrintInlining");
    String output = ForkedJvm.run(Worked.class, options, rule.name());
    assertThat(output).contains("io.fastweights.kernels.cpu.VectorActivations::gelu");
    assertThat(output.lines().filter(line -> LEFT_OUT.matcher(line).find())).isEmpty();
  }

  /** The processor's width and narrower ones: wider vectors are objects. */
  static Stream<Arguments> rulesAndWidths() {
    int widest = CpuProvider.lookup().kernels().get().vectorBits();
    return Stream.of(128, 256, 512)
        .filter(bits -> bits <= widest)
        .flatMap(
            bits ->
                Stream.of(UpdateRule.DELTA, UpdateRule.GATED_DELTA)
                    .map(rule -> Arguments.of(rule, bits)));
  }

  /** Steps an engine for a number of rounds, until a round allocates nothing; prints the least. */
  public static final class Warm {
    public static void main(String[] args) {
      Model model = RandomModels.all(1).get(args[0]);
      EngineOptions options = new EngineOptions(Device.CPU, 4, Storage.valueOf(args[1]));
      try (CpuEngine engine =
          args[2].equals("scalar")
              ? new CpuEngine(model, options, new ScalarKernels())
              : CpuProvider.lookup().engine(model, options)) {
        if (!engine.name().startsWith("cpu " + args[2])) {
          throw new IllegalStateException(engine.name());
        }
        System.out.println("allocated " + leastAllocated(engine, batch(model)) + " bytes");
      }
    }

    private static long leastAllocated(CpuEngine engine, EventBatch batch) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long thread = Thread.currentThread().getId();
      long least = Long.MAX_VALUE;
      for (int round = 0; least > 0 && round < ROUNDS; round++) {
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < STEPS; i++) {
          engine.step(batch);
        }
        least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
      }
      return least;
    }
  }

  /** Steps an engine until every method of a step is compiled. */
  public static final class Worked {
    private static final int BATCHES = 8000;

    public static void main(String[] args) {
      ModelConfig config =
          ModelConfig.builder(Architecture.TRANSFORMER)
              .dim(64)
              .heads(4)
              .dimHead(16)
              .updateRule(UpdateRule.valueOf(args[0]))
              .build();
      Model model = SlowModel.of(RandomWeights.gaussian(config, null, new SplittableRandom(1)));
      EngineOptions options = new EngineOptions(Device.CPU, 4, Storage.FP32);
      EventBatch batch = batch(model);
      try (Engine engine = CpuProvider.lookup().engine(model, options)) {
        for (int i = 0; i < BATCHES; i++) {
          engine.step(batch);
        }
      }
    }
  }

  private static EventBatch batch(Model model) {
    SplittableRandom random = new SplittableRandom(1);
    EventBatch batch = new EventBatch(model, EVENTS);
    batch.clear();
    for (int slot = 0; slot < 4; slot++) {
      batch.segment(slot, false, 7);
      for (int i = 0; i < EVENTS / 4; i++) {
        batch.add(i % 3 > 0);
      }
    }
    for (float[] values : new float[][] {batch.inputs(), batch.targets()}) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
    }
    return batch;
  }
}
