package io.fastweights.kernels.cuda;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.SavedMemory;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a device must do, tried on random events: agree with the readable form of the model, give
 * the same bits however the events are cut into batches, and give a memory's bits again when its
 * log is replayed.
 */
final class ContractCheck {
  private static final int KEYS = 6;
  private static final int ASK_ONE_IN = 4;
  private static final int FADE_ONE_IN = 4;

  /**
   * @param worst largest |a - b| / (1 + |b|) against the reference
   * @param otherBits floats whose bits are not the reference's, of {@code floats}
   * @param splitBits floats that depended on the batches, fp32
   * @param splitBitsBf16 floats that depended on the batches, bf16
   * @param replayBits floats of memories that were others when their logs were replayed, of deltas
   *     and, where the model can, of values, in fp32 and bf16
   * @param loadMilliseconds to make the engine first: above all, to compile its kernels
   */
  record Outcome(
      String model,
      double worst,
      long otherBits,
      long floats,
      long splitBits,
      long splitBitsBf16,
      long replayBits,
      double loadMilliseconds) {
    boolean passed(double tolerance) {
      return worst <= tolerance && splitBits == 0 && splitBitsBf16 == 0 && replayBits == 0;
    }
  }

  private record Event(int key, float[] input, float[] target, boolean observe, float fade) {}

  private final Model model;
  private final List<Event> events = new ArrayList<>();
  private final SplittableRandom random;
  private final int deviceIndex;
  private final int eventCount;
  private double loadMilliseconds;
  private long replayBits;

  private ContractCheck(Model model, int deviceIndex, int eventCount, long seed) {
    this.model = model;
    this.eventCount = eventCount;
    this.deviceIndex = deviceIndex;
    this.random = new SplittableRandom(seed);
    for (int i = 0; i < eventCount; i++) {
      events.add(
          new Event(
              random.nextInt(KEYS),
              CheckModels.gaussian(random, model.inputDim(), 1),
              CheckModels.gaussian(random, model.targetDim(), 1),
              random.nextInt(ASK_ONE_IN) > 0,
              random.nextInt(FADE_ONE_IN) > 0 ? 1 : (float) random.nextDouble()));
    }
  }

  /**
   * Tries one model.
   *
   * @param eventCount events, of six keys
   */
  static Outcome run(String name, Model model, int deviceIndex, int eventCount, long seed) {
    ContractCheck check = new ContractCheck(model, deviceIndex, eventCount, seed);
    List<float[]> expected = check.reference();
    List<float[]> actual = check.onDevice(Storage.FP32, 9);
    double load = check.loadMilliseconds;
    double worst = 0;
    long other = 0;
    long floats = 0;
    for (int i = 0; i < expected.size(); i++) {
      float[] e = expected.get(i);
      float[] a = actual.get(i);
      for (int j = 0; j < e.length; j++) {
        double error = Math.abs((double) a[j] - e[j]) / (1 + Math.abs((double) e[j]));
        worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        other += a[j] == e[j] ? 0 : 1;
      }
      floats += e.length;
    }
    long splits = differing(actual, check.onDevice(Storage.FP32, eventCount));
    long splitsBf16 =
        differing(check.onDevice(Storage.BF16, 5), check.onDevice(Storage.BF16, eventCount));
    return new Outcome(name, worst, other, floats, splits, splitsBf16, check.replayBits, load);
  }

  private static long differing(List<float[]> one, List<float[]> other) {
    long count = 0;
    for (int i = 0; i < one.size(); i++) {
      for (int j = 0; j < one.get(i).length; j++) {
        count += one.get(i)[j] == other.get(i)[j] ? 0 : 1;
      }
    }
    return count;
  }

  /** Each event's output, hidden vector, recall error, keys and deltas; then the memories. */
  private List<float[]> reference() {
    ReferenceModel reference = new ReferenceModel(model);
    float[][] memories = new float[KEYS][model.memory().floats()];
    List<float[]> results = new ArrayList<>();
    for (Event e : events) {
      ReferenceModel.Step step =
          reference.step(e.input(), e.target(), memories[e.key()], e.observe(), e.fade());
      results.add(step.output());
      results.add(step.hidden());
      results.add(new float[] {step.recallError()});
      results.add(step.keys());
      results.add(step.deltas());
    }
    results.addAll(List.of(memories));
    return results;
  }

  private List<float[]> onDevice(Storage format, int mostEvents) {
    EngineOptions options =
        new EngineOptions(Device.CUDA, KEYS, KEYS, format, deviceIndex, Long.MAX_VALUE);
    float[][] results = new float[5 * eventCount + KEYS][];
    long begun = System.nanoTime();
    try (Engine engine = new CudaEngine(model, options)) {
      loadMilliseconds = (System.nanoTime() - begun) / 1e6;
      EventBatch batch = new EventBatch(model, eventCount);
      boolean[] known = new boolean[KEYS];
      for (int at = 0; at < eventCount; ) {
        int end = Math.min(eventCount, at + 1 + random.nextInt(mostEvents));
        step(engine, batch, known, at, end, results);
        at = end;
      }
      for (int key = 0; key < KEYS; key++) {
        results[5 * eventCount + key] = new float[model.memory().floats()];
        if (known[key]) {
          engine.pool().read(key, results[5 * eventCount + key], 0);
        }
      }
      replay(engine, results, false);
      if (model.betas() != null) {
        replay(engine, results, true);
      }
    }
    return Arrays.asList(results);
  }

  /** Makes the memories of the logs alone, and holds them against those that learned. */
  private void replay(Engine engine, float[][] results, boolean values) {
    List<SavedMemory> memories = new ArrayList<>();
    for (int key = 0; key < KEYS; key++) {
      List<LoggedEvents> log = new ArrayList<>();
      for (int i = 0; i < eventCount; i++) {
        Event e = events.get(i);
        if (e.key() == key && e.observe()) {
          float[] keys = results[5 * i + 3];
          float[] fades = {e.fade()};
          log.add(
              values
                  ? LoggedEvents.ofValues(1, keys, e.target(), model.betas(), fades)
                  : LoggedEvents.ofDeltas(1, keys, results[5 * i + 4], fades));
        }
      }
      memories.add(new SavedMemory(key, null, log));
    }
    engine.restore(memories);
    List<float[]> live = new ArrayList<>();
    List<float[]> replayed = new ArrayList<>();
    for (int key = 0; key < KEYS; key++) {
      float[] memory = new float[model.memory().floats()];
      engine.pool().read(key, memory, 0);
      replayed.add(memory);
      live.add(results[5 * eventCount + key]);
    }
    replayBits += differing(live, replayed);
  }

  private void step(
      Engine engine, EventBatch batch, boolean[] known, int from, int end, float[][] results) {
    int[] rows = new int[eventCount];
    batch.clear();
    batch.poisonResults();
    for (int key = 0; key < KEYS; key++) {
      boolean begun = false;
      for (int i = from; i < end; i++) {
        Event e = events.get(i);
        if (e.key() == key) {
          if (!begun) {
            batch.segment(key, !known[key]);
            known[key] = true;
            begun = true;
          }
          rows[i] = batch.add(e.observe(), e.fade());
          System.arraycopy(
              e.input(), 0, batch.inputs(), rows[i] * model.inputDim(), model.inputDim());
          System.arraycopy(
              e.target(), 0, batch.targets(), rows[i] * model.targetDim(), model.targetDim());
        }
      }
    }
    engine.step(batch);
    int heads = model.updates() * model.memory().heads();
    for (int i = from; i < end; i++) {
      results[5 * i] = row(batch.outputs(), rows[i], model.outputDim());
      results[5 * i + 1] = row(batch.hidden(), rows[i], model.hiddenDim());
      results[5 * i + 2] = row(batch.recallErrors(), rows[i], 1);
      results[5 * i + 3] = row(batch.keys(), rows[i], heads * model.keyDim());
      results[5 * i + 4] = row(batch.deltas(), rows[i], heads * model.memory().columns());
    }
  }

  private static float[] row(float[] all, int row, int each) {
    return Arrays.copyOfRange(all, row * each, (row + 1) * each);
  }
}
