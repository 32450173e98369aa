package io.fastweights.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.engine.SavedMemory;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Batches in flight, formats of the pool, and logs. */
class CudaInFlightTest {
  private static final int KEYS = 4;

  @BeforeEach
  void load() {
    SimulatedDevice.load();
  }

  @ParameterizedTest
  @EnumSource
  void replaysALogToTheSameBits(Storage format) {
    RandomModels.onDevices(3)
        .forEach(
            (name, model) -> {
              try (Engine engine = engine(model, format)) {
                EventBatch batch = batch(model, 7, 1, new SplittableRandom(8));
                engine.step(batch);
                engine.pool().write(1, new float[model.memory().floats()], 0);
                LoggedEvents log =
                    LoggedEvents.ofDeltas(7, batch.keys(), batch.deltas(), null).numberedFrom(1);
                engine.replay(1, log);
                assertThat(memory(engine, 1)).as(name).isEqualTo(memory(engine, 0));
              }
            });
  }

  /** Memories that were just folded are between others; they must not split the launch. */
  @Test
  void replaysManyLogsInOneLaunch() {
    Model model =
        RandomModels.onDevices(3).values().stream()
            .filter(some -> some.betas() != null)
            .findFirst()
            .orElseThrow();
    LogShape each = LogShape.of(model);
    for (boolean values : new boolean[] {false, true}) {
      float[] keys = new float[each.keys()];
      LoggedEvents log =
          values
              ? LoggedEvents.ofValues(1, keys, new float[each.columns()], model.betas(), null)
              : LoggedEvents.ofDeltas(1, keys, new float[each.deltas()], null);
      float[] base = new float[model.memory().floats()];
      try (CudaEngine engine = (CudaEngine) engine(model, Storage.FP32)) {
        long before = engine.launches();
        engine.restore(
            List.of(
                new SavedMemory(0, base, List.of(log)),
                new SavedMemory(1, base, List.of()),
                new SavedMemory(2, null, List.of(log, log))));
        assertThat(engine.launches() - before).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void givesTheSameBitsWithTwoBatchesInFlight(Storage format) {
    RandomModels.onDevices(5)
        .forEach(
            (name, model) -> {
              try (Engine one = engine(model, format);
                  Engine other = engine(model, format)) {
                EventBatch[] a = new EventBatch[4];
                EventBatch[] b = new EventBatch[4];
                for (int i = 0; i < 4; i++) {
                  a[i] = batch(model, 6, 2, new SplittableRandom(i));
                  b[i] = batch(model, 6, 2, new SplittableRandom(i));
                  one.step(a[i]);
                  a[i].keys();
                  a[i].deltas();
                }
                other.submit(b[0]);
                for (int i = 0; i < 4; i++) {
                  if (i < 3) {
                    other.submit(b[i + 1]);
                  }
                  other.complete(b[i]);
                  assertThat(b[i].outputs()).as(name).isEqualTo(a[i].outputs());
                  assertThat(b[i].keys()).as(name).isEqualTo(a[i].keys());
                  assertThat(b[i].deltas()).as(name).isEqualTo(a[i].deltas());
                }
              }
            });
  }

  @ParameterizedTest
  @EnumSource
  void givesTheSameBitsHoweverASegmentIsCut(Storage format) {
    RandomModels.onDevices(6)
        .forEach(
            (name, model) -> {
              try (Engine engine = engine(model, format)) {
                EventBatch whole = batch(model, 12, 1, new SplittableRandom(1));
                engine.step(whole);
                EventBatch part = new EventBatch(model, 2);
                for (int row = 0; row < 12; row += 2) {
                  part.clear();
                  part.segment(1, row == 0, row);
                  for (int i = 0; i < 2; i++) {
                    part.add(whole.observes(row + i));
                  }
                  copy(whole.inputs(), row, part.inputs(), model.inputDim());
                  copy(whole.targets(), row, part.targets(), model.targetDim());
                  engine.step(part);
                }
                assertThat(memory(engine, 1)).as(name).isEqualTo(memory(engine, 0));
              }
            });
  }

  @Test
  void leavesAloneWhatABatchDoesNotWantAndChangesNoBitOfTheRest() {
    RandomModels.onDevices(9)
        .forEach(
            (name, model) -> {
              try (Engine one = engine(model, Storage.FP32);
                  Engine other = engine(model, Storage.FP32)) {
                EventBatch all = batch(model, 6, 2, new SplittableRandom(4));
                EventBatch few = batch(model, 6, 2, new SplittableRandom(4));
                few.want(false, false);
                few.poisonResults();
                one.step(all);
                other.step(few);
                assertThat(few.outputs()).as(name).isEqualTo(all.outputs());
                assertThat(few.recallErrors()).as(name).isEqualTo(all.recallErrors());
                assertThat(memory(other, 0)).as(name).isEqualTo(memory(one, 0));
                for (float[] unwanted : new float[][] {few.hidden(), few.keys(), few.deltas()}) {
                  assertThat(unwanted).as(name).containsOnly(Float.NaN);
                }
              }
            });
  }

  @Test
  void copiesAnEventsPairFromWhereTheDeviceLeftIt() {
    RandomModels.onDevices(7)
        .forEach(
            (name, model) -> {
              try (Engine engine = engine(model, Storage.FP32)) {
                LogShape each = LogShape.of(model);
                EventBatch batch = batch(model, 6, 2, new SplittableRandom(4));
                engine.step(batch);
                float[] keys = new float[6 * each.keys()];
                float[] deltas = new float[6 * each.deltas()];
                for (int row = 5; row >= 0; row--) {
                  batch.copyKeys(row, keys, row * each.keys());
                  batch.copyDeltas(row, deltas, row * each.deltas());
                }
                assertThat(keys).as(name).isEqualTo(batch.keys());
                assertThat(deltas).as(name).isEqualTo(batch.deltas());
              }
            });
  }

  @Test
  void aLogIsGoneWhenItsPlaceIsTakenAndWhenTheEngineIsClosed() {
    Model model = RandomModels.onDevices(7).get("transformer");
    float[] pair = new float[LogShape.of(model).keys()];
    EventBatch first = batch(model, 6, 2, new SplittableRandom(1));
    EventBatch second = batch(model, 6, 2, new SplittableRandom(2));
    EventBatch third = batch(model, 6, 2, new SplittableRandom(3));
    try (Engine engine = engine(model, Storage.FP32)) {
      engine.step(first);
      engine.step(second);
      first.copyKeys(0, pair, 0);
      engine.step(third);
      assertGone(() -> first.copyKeys(0, pair, 0));
      assertGone(first::deltas);
      second.keys();
    }
    assertGone(third::keys);
    assertGone(second::deltas);
    assertThat(second.keys()).isNotEmpty();
  }

  private static void assertGone(Executable read) {
    assertThatThrownBy(read::execute)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the log of this batch is gone");
  }

  private static void copy(float[] from, int row, float[] to, int each) {
    System.arraycopy(from, row * each, to, 0, 2 * each);
  }

  private static Engine engine(Model model, Storage format) {
    return new CudaEngine(model, new EngineOptions(Device.CUDA, KEYS, format));
  }

  private static float[] memory(Engine engine, int slot) {
    float[] memory = new float[engine.model().memory().floats()];
    engine.pool().read(slot, memory, 0);
    return memory;
  }

  /** Observed events of the first keys, fresh. */
  private static EventBatch batch(Model model, int events, int keys, SplittableRandom random) {
    EventBatch batch = new EventBatch(model, events);
    batch.clear();
    for (int row = 0; row < events; row++) {
      if (row % (events / keys) == 0 && row / (events / keys) < keys) {
        batch.segment(row / (events / keys), true);
      }
      batch.add(true);
    }
    float[] inputs = RandomModels.gaussian(random, events * model.inputDim());
    float[] targets = RandomModels.gaussian(random, events * model.targetDim());
    System.arraycopy(inputs, 0, batch.inputs(), 0, inputs.length);
    System.arraycopy(targets, 0, batch.targets(), 0, targets.length);
    return batch;
  }
}
