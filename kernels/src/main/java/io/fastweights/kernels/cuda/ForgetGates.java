package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaModule;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;

/**
 * Launches of forget_gates.cu: a layer's forget gates through the events of a batch, before the
 * memory step that reads what they leave.
 */
final class ForgetGates {
  /** The gates' input is steps, not projections. */
  private static final int COUNTED = 16;

  private static final int THREADS = 128;

  private final MemoryShape shape;
  private final LogShape log;
  private final int counter;
  private final CudaModule module;
  private final String kernel;
  private final Arguments arguments;

  /**
   * Compiles the kernel.
   *
   * @param half true if memories are in bf16
   */
  ForgetGates(CudaModule module, Model model, boolean half, Arguments arguments) {
    this.shape = model.memory();
    this.log = LogShape.of(model);
    this.counter = model.features() * shape.columns();
    this.module = module;
    this.kernel = half ? "forget_gates_bf16" : "forget_gates_fp32";
    this.arguments = arguments;
    module.function(kernel, 0);
  }

  /**
   * Enqueues the gates of {@code count} segments of the table, from {@code first} on. They write
   * fades and scales of the step, divide its betas by the scales, advance the counters of its
   * memories, and log their steps.
   *
   * @param gates address of float[row * stride + at + head]: projections
   */
  void ofProjections(MemoryStep step, long gates, int stride, int at, int first, int count) {
    launch(step, gates, stride, at, first, count, 0);
  }

  /** The same with logged steps in the place of projections, and without betas. */
  void ofSteps(MemoryStep step, long gates, int stride, int at, int first, int count) {
    launch(step, gates, stride, at, first, count, COUNTED);
  }

  private void launch(
      MemoryStep step, long gates, int stride, int at, int first, int count, int options) {
    if (count == 0) {
      return;
    }
    arguments.begin();
    arguments.wide(step.pool).wide(step.segments).wide(step.observes);
    arguments.wide(gates).wide(step.fades).wide(step.scales);
    arguments.wide(options == COUNTED ? 0 : step.betas).wide(step.deltas);
    arguments.wide(shape.floats()).wide(step.layer);
    arguments
        .integer(count)
        .integer(first)
        .integer(shape.heads())
        .integer(shape.headFloats())
        .integer(counter)
        .integer(stride)
        .integer(at)
        .integer(step.betaStride)
        .integer(step.beta)
        .integer(step.deltaStride)
        .integer(step.deltaAt)
        .integer(log.columns())
        .integer(options | (step.asksWrite ? MemoryStep.ASKS_WRITE : 0));
    long threads = (long) count * shape.heads();
    arguments.launch(
        module, kernel, Math.toIntExact((threads + THREADS - 1) / THREADS), 1, THREADS, 0);
  }
}
