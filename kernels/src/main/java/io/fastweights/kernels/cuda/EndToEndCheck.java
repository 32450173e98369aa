package io.fastweights.kernels.cuda;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.Model;
import java.util.SplittableRandom;

/** Times an engine as its caller sees it: float[] in, float[] out, two batches in flight. */
final class EndToEndCheck {
  private static final int MOST = 20_000;

  /**
   * @param eventsPerSecond by the clock on the wall
   * @param launches kernels a batch
   * @param bytesIn bytes an event to the device
   * @param bytesOut bytes an event back
   */
  record Measurement(double eventsPerSecond, double launches, double bytesIn, double bytesOut) {}

  private EndToEndCheck() {}

  /**
   * How long to measure.
   *
   * @param least batches at least
   * @param nanoseconds about so long, if more batches are needed for it
   */
  record Budget(int least, long nanoseconds) {}

  static Measurement measure(
      CudaEngine engine, int events, int segmentEvents, boolean log, Budget budget) {
    int least = budget.least();
    EventBatch[] batches = new EventBatch[engine.mostInFlight()];
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < batches.length; i++) {
      batches[i] = batch(engine, events, segmentEvents, random);
      batches[i].want(log, log);
    }
    run(engine, batches, least);
    double once = run(engine, batches, least) / least;
    int count = (int) Math.max(least, Math.min(MOST, budget.nanoseconds() / once));
    long launches = engine.launches();
    long in = engine.bytesIn();
    long out = engine.bytesOut();
    double seconds = run(engine, batches, count) / 1e9;
    double all = (double) count * batches[0].size();
    return new Measurement(
        all / seconds,
        (double) (engine.launches() - launches) / count,
        (engine.bytesIn() - in) / all,
        (engine.bytesOut() - out) / all);
  }

  /** Nanoseconds of so many batches, always as many in flight as may be. */
  private static double run(CudaEngine engine, EventBatch[] batches, int count) {
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      if (i >= batches.length) {
        engine.complete(batches[i % batches.length]);
      }
      engine.submit(batches[i % batches.length]);
    }
    for (int i = Math.max(0, count - batches.length); i < count; i++) {
      engine.complete(batches[i % batches.length]);
    }
    return System.nanoTime() - begun;
  }

  private static EventBatch batch(
      CudaEngine engine, int events, int segmentEvents, SplittableRandom random) {
    Model model = engine.model();
    EventBatch batch = new EventBatch(model, events);
    batch.clear();
    int segments = Math.max(1, events / segmentEvents);
    int first = random.nextInt(engine.pool().slots() - segments + 1);
    for (int s = 0; s < segments; s++) {
      batch.segment(first + s, false);
      for (int i = 0; i < events / segments; i++) {
        batch.add(true);
      }
    }
    float[] inputs = CheckModels.gaussian(random, batch.size() * model.inputDim(), 1);
    System.arraycopy(inputs, 0, batch.inputs(), 0, inputs.length);
    return batch;
  }
}
