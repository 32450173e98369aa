package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memories in bf16: the precision that they lose, and properties that they keep. */
@Tag(WidthTest.WIDTH)
@Tag(WidthTest.PLAIN)
class Bf16PoolTest {
  private static final int EVENTS = 12;

  @ParameterizedTest
  @ValueSource(strings = {"attention, readme", "attention, odd sizes", "associative"})
  void anEventErrsByLessThanOnePartIn128OfEachWeightThatItRewrites(String name) {
    Model model = RandomModels.all(1).get(name);
    SplittableRandom random = new SplittableRandom(1);
    float[] memory = RandomModels.gaussian(random, model.memory().floats());
    for (int i = 0; i < memory.length; i++) {
      memory[i] = BrainFloat.round(memory[i]);
    }
    EventBatch events = events(model, random);
    float[] exact = after(model, Storage.FP32, memory, events, 1, 1);
    float[] rounded = after(model, Storage.BF16, memory, events, 1, 1);
    int rewritten = 0;
    for (int i = 0; i < memory.length; i++) {
      if (Float.floatToIntBits(exact[i]) == Float.floatToIntBits(memory[i])) {
        assertThat(rounded[i]).as("weight %d, left alone", i).isEqualTo(memory[i]);
      } else {
        rewritten++;
        assertThat(Math.abs(rounded[i] - (double) exact[i]))
            .as("weight %d: %s in fp32, %s in bf16", i, exact[i], rounded[i])
            .isLessThan(Math.abs(exact[i]) / 128.0);
      }
    }
    assertThat(rewritten).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"attention, readme", "attention, odd sizes", "associative", "transformer"})
  void theBitsDoNotDependOnWhereBatchesAreCut(String name) {
    Model model = RandomModels.all(2).get(name);
    SplittableRandom random = new SplittableRandom(2);
    float[] memory = RandomModels.gaussian(random, model.memory().floats());
    EventBatch events = events(model, random);
    float[] single = after(model, Storage.BF16, memory, events, EVENTS, 1);
    for (int size = 2; size <= EVENTS; size++) {
      assertThat(after(model, Storage.BF16, memory, events, EVENTS, size))
          .as("batches of %d", size)
          .isEqualTo(single);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"attention, readme", "associative", "transformer, shared memory"})
  void aReplayedLogGivesTheBitsOfTheLiveMemory(String name) {
    Model model = RandomModels.all(3).get(name);
    SplittableRandom random = new SplittableRandom(3);
    float[] live = new float[model.memory().floats()];
    float[] replayed = new float[live.length];
    EngineOptions options = new EngineOptions(Device.CPU, 2, Storage.BF16);
    try (CpuEngine engine = new CpuEngine(model, options, ProvidedKernels.get())) {
      EventBatch batch = events(model, random);
      batch.clear();
      batch.segment(0, true);
      for (int i = 0; i < EVENTS; i++) {
        batch.add(true);
      }
      engine.step(batch);
      engine.pool().read(0, live, 0);
      engine.pool().write(1, replayed, 0);
      LoggedEvents log = LoggedEvents.ofDeltas(EVENTS, batch.keys(), batch.deltas(), null);
      engine.replay(1, log.numberedFrom(1));
      engine.pool().read(1, replayed, 0);
    }
    assertThat(replayed).isEqualTo(live);
  }

  /** The memory after the first events, {@code size} in a batch; every third event is an ask. */
  private static float[] after(
      Model model, Storage storage, float[] memory, EventBatch events, int count, int size) {
    EngineOptions options = new EngineOptions(Device.CPU, 1, storage);
    float[] result = new float[memory.length];
    try (CpuEngine engine = new CpuEngine(model, options, ProvidedKernels.get())) {
      engine.pool().write(0, memory, 0);
      EventBatch batch = new EventBatch(model, size);
      int learned = 0;
      for (int from = 0; from < count; from += size) {
        batch.clear();
        batch.segment(0, false, learned);
        for (int i = from; i < Math.min(count, from + size); i++) {
          int row = batch.add(i % 3 != 2);
          learned += i % 3 != 2 ? 1 : 0;
          copy(events.inputs(), i, batch.inputs(), row, model.inputDim());
          copy(events.targets(), i, batch.targets(), row, model.targetDim());
        }
        engine.step(batch);
      }
      engine.pool().read(0, result, 0);
    }
    return result;
  }

  private static void copy(float[] from, int i, float[] into, int row, int size) {
    System.arraycopy(from, i * size, into, row * size, size);
  }

  private static EventBatch events(Model model, SplittableRandom random) {
    EventBatch events = new EventBatch(model, EVENTS);
    for (float[] values : new float[][] {events.inputs(), events.targets()}) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
    }
    return events;
  }
}
