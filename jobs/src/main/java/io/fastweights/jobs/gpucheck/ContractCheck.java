package io.fastweights.jobs.gpucheck;

import io.fastweights.kernels.cuda.CudaEngine;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EngineResults;
import io.fastweights.kernels.engine.EngineScript;
import io.fastweights.kernels.engine.EngineScript.Event;
import io.fastweights.kernels.engine.SavedMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Tests the contract of a device on random events: agree with the reference model, give the same
 * bits however the events are cut into batches, and give a memory's bits again when its log is
 * replayed.
 */
final class ContractCheck {
  private static final int KEYS = 6;
  private static final int ASK_ONE_IN = 4;
  private static final int FADE_ONE_IN = 4;

  /**
   * @param worst largest |a - b| / (1 + |b|) against the reference
   * @param otherBits floats whose bits are not the reference's, in fp32 and bf16
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
      long splitBits,
      long splitBitsBf16,
      long replayBits,
      double loadMilliseconds) {
    boolean passed(double tolerance) {
      return worst <= tolerance && splitBits == 0 && splitBitsBf16 == 0 && replayBits == 0;
    }
  }

  private final Model model;
  private final EngineScript script;
  private final SplittableRandom random;
  private final int deviceIndex;
  private double loadMilliseconds;
  private long replayBits;

  private ContractCheck(Model model, int deviceIndex, int eventCount, long seed) {
    this.model = model;
    this.deviceIndex = deviceIndex;
    this.random = new SplittableRandom(seed);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < eventCount; i++) {
      int key = random.nextInt(KEYS);
      float[] input = RandomWeights.gaussian(random, model.inputDim(), 1);
      float[] target = RandomWeights.gaussian(random, model.targetDim(), 1);
      boolean observe = random.nextInt(ASK_ONE_IN) > 0;
      float fade = random.nextInt(FADE_ONE_IN) > 0 ? 1 : (float) random.nextDouble();
      if (!observe) {
        Arrays.fill(target, Float.NaN);
      }
      events.add(new Event(key, input, target, observe, model.forgets() ? 1 : fade));
    }
    this.script = new EngineScript(model, events, KEYS);
  }

  /**
   * Tries one model.
   *
   * @param eventCount events, of six keys
   */
  static Outcome run(String name, Model model, int deviceIndex, int eventCount, long seed) {
    ContractCheck check = new ContractCheck(model, deviceIndex, eventCount, seed);
    EngineResults expected = check.script.reference(Storage.FP32);
    EngineResults actual = check.onDevice(Storage.FP32, 9);
    double load = check.loadMilliseconds;
    long splits = actual.otherBits(check.onDevice(Storage.FP32, eventCount));
    EngineResults expectedBf16 = check.script.reference(Storage.BF16);
    EngineResults actualBf16 = check.onDevice(Storage.BF16, 5);
    long splitsBf16 = actualBf16.otherBits(check.onDevice(Storage.BF16, eventCount));
    return new Outcome(
        name,
        expected.largestError(actual),
        expected.otherBits(actual) + expectedBf16.otherBits(actualBf16),
        splits,
        splitsBf16,
        check.replayBits,
        load);
  }

  private EngineResults onDevice(Storage format, int mostEvents) {
    EngineOptions options =
        new EngineOptions(Device.CUDA, KEYS, KEYS, format, deviceIndex, Long.MAX_VALUE);
    long begun = System.nanoTime();
    try (Engine engine = new CudaEngine(model, options)) {
      loadMilliseconds = (System.nanoTime() - begun) / 1e6;
      EngineResults results = script.run(engine, script.splits(random, mostEvents));
      replay(engine, results, false);
      if (model.betas() != null) {
        replay(engine, results, true);
      }
      return results;
    }
  }

  /** Rebuilds the memories from the logs, and compares them with the originals. */
  private void replay(Engine engine, EngineResults results, boolean values) {
    List<SavedMemory> memories = new ArrayList<>();
    for (int key = 0; key < KEYS; key++) {
      memories.add(new SavedMemory(key, null, script.log(results, key, values)));
    }
    engine.restore(memories);
    replayBits += results.memories().otherBits(script.memories(engine));
  }
}
