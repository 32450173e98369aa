package io.fastweights.jobs.gpucheck;

import io.fastweights.kernels.cuda.CudaEngine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.RandomWeights;
import java.util.SplittableRandom;

/**
 * Times an engine as its caller sees it: float[] in, float[] out, two batches in flight. With the
 * log every event's pair is copied from where the engine has it, as the operator does.
 */
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
   * Duration of a measurement.
   *
   * @param least number of batches
   * @param nanoseconds approximate duration, if it takes more batches
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
    Pairs pairs = log ? new Pairs(engine.model(), batches[0].size()) : null;
    run(engine, batches, least, pairs);
    double once = run(engine, batches, least, pairs) / least;
    int count = (int) Math.max(least, Math.min(MOST, budget.nanoseconds() / once));
    long launches = engine.launches();
    long in = engine.bytesIn();
    long out = engine.bytesOut();
    double seconds = run(engine, batches, count, pairs) / 1e9;
    double all = (double) count * batches[0].size();
    return new Measurement(
        all / seconds,
        (double) (engine.launches() - launches) / count,
        (engine.bytesIn() - in) / all,
        (engine.bytesOut() - out) / all);
  }

  /** Nanoseconds of so many batches, with as many in flight as possible. */
  private static double run(CudaEngine engine, EventBatch[] batches, int count, Pairs pairs) {
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      if (i >= batches.length) {
        complete(engine, batches[i % batches.length], pairs);
      }
      engine.submit(batches[i % batches.length]);
    }
    for (int i = Math.max(0, count - batches.length); i < count; i++) {
      complete(engine, batches[i % batches.length], pairs);
    }
    return System.nanoTime() - begun;
  }

  private static void complete(CudaEngine engine, EventBatch batch, Pairs pairs) {
    engine.complete(batch);
    if (pairs != null) {
      pairs.take(batch);
    }
  }

  /** Heap arrays for the keys and deltas of events. */
  private static final class Pairs {
    private final LogShape each;
    private final float[] keys;
    private final float[] deltas;

    Pairs(Model model, int events) {
      each = LogShape.of(model);
      keys = new float[events * each.keys()];
      deltas = new float[events * each.deltas()];
    }

    void take(EventBatch batch) {
      for (int row = 0; row < batch.size(); row++) {
        batch.copyKeys(row, keys, row * each.keys());
        batch.copyDeltas(row, deltas, row * each.deltas());
      }
    }
  }

  private static EventBatch batch(
      CudaEngine engine, int events, int segmentEvents, SplittableRandom random) {
    Model model = engine.model();
    EventBatch batch = new EventBatch(model, events);
    batch.clear();
    int segments = Math.max(1, events / segmentEvents);
    int first = random.nextInt(engine.pool().slots() - segments + 1);
    for (int s = 0; s < segments; s++) {
      batch.segment(first + s, false, 0);
      for (int i = 0; i < events / segments; i++) {
        batch.add(true);
      }
    }
    float[] inputs = RandomWeights.gaussian(random, batch.size() * model.inputDim(), 1);
    System.arraycopy(inputs, 0, batch.inputs(), 0, inputs.length);
    return batch;
  }
}
