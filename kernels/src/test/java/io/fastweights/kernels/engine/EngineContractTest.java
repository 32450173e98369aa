package io.fastweights.kernels.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.engine.RandomModels.Event;
import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every engine must do. A subclass for each engine; a failing test names the seed, and {@code
 * -Dfastweights.seed=N} replays it alone.
 */
public abstract class EngineContractTest {
  private static final int KEYS = 5;

  /** A fresh engine. */
  protected abstract Engine engine(Model model, int slots, Storage storage);

  private Engine engine(Model model, int slots) {
    return engine(model, slots, Storage.FP32);
  }

  /** Largest |a - b| / (1 + |b|) against the reference; 0 where the bits must be the same. */
  protected abstract double tolerance(Storage storage);

  /** How many seeds each property is tried with. */
  protected int seeds() {
    return 12;
  }

  private interface Property {
    void holds(Model model, long seed);
  }

  private Stream<DynamicTest> forAllModels(Property property) {
    String only = System.getProperty("fastweights.seed", "");
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : RandomModels.all(0).keySet()) {
      tests.add(
          DynamicTest.dynamicTest(
              name,
              () -> {
                for (long seed = 1; seed <= seeds(); seed++) {
                  if (only.isEmpty() || Long.parseLong(only) == seed) {
                    property.holds(RandomModels.all(seed).get(name), seed);
                  }
                }
              }));
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> agreesWithTheReferenceEventByEvent() {
    return forAllModels(
        (model, seed) -> {
          SplittableRandom random = new SplittableRandom(seed);
          List<Event> events = RandomModels.events(model, 60, KEYS, random);
          for (Storage storage : Storage.values()) {
            Results expected = reference(model, events, storage);
            try (Engine engine = engine(model, KEYS, storage)) {
              Results actual = run(engine, model, events, splits(random, events.size(), 17));
              expected.compare(storage + ", seed " + seed, actual, tolerance(storage));
            }
          }
        });
  }

  /** Keys whose products leave the range of floats, values that no float can hold in the end. */
  @TestFactory
  Stream<DynamicTest> keepsMemoriesFiniteWhateverComes() {
    return forAllModels(
        (model, seed) -> {
          SplittableRandom random = new SplittableRandom(seed);
          List<Event> events = RandomModels.extremeEvents(model, 60, KEYS, random);
          for (Storage storage : Storage.values()) {
            Results expected = reference(model, events, storage);
            try (Engine engine = engine(model, KEYS, storage)) {
              Results actual = run(engine, model, events, splits(random, events.size(), 17));
              String what = storage + ", seed " + seed;
              if (tolerance(storage) == 0) {
                // Other orders of sums differ by as much as such values cancel.
                expected.compare(what, actual, 0);
              }
              actual.requireFiniteMemories(what);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> givesTheSameBitsWhateverTheBatches() {
    return forAllModels(
        (model, seed) -> {
          SplittableRandom random = new SplittableRandom(seed);
          List<Event> events = RandomModels.events(model, 80, KEYS, random);
          try (Engine one = engine(model, KEYS);
              Engine other = engine(model, KEYS)) {
            Results single = run(one, model, events, splits(random, events.size(), 1));
            Results batched = run(other, model, events, splits(random, events.size(), 80));
            single.compare("seed " + seed, batched, 0);
          }
        });
  }

  /** As many that an engine may take them in blocks, whose ends cut segments. */
  @TestFactory
  Stream<DynamicTest> givesTheSameBitsInABatchOfManyEvents() {
    return RandomModels.all(1).entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(entry.getKey(), () -> batchOfManyEvents(entry.getValue())));
  }

  private void batchOfManyEvents(Model model) {
    SplittableRandom random = new SplittableRandom(1);
    List<Event> events = RandomModels.events(model, 300, KEYS, random);
    for (Storage storage : Storage.values()) {
      try (Engine one = engine(model, KEYS, storage);
          Engine other = engine(model, KEYS, storage)) {
        Results parts = run(one, model, events, splits(random, events.size(), 17));
        Results whole = run(other, model, events, List.of(events.size()));
        parts.compare(storage.toString(), whole, 0);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> movesMemoriesInAndOutOfThePoolUnchanged() {
    return forAllModels(
        (model, seed) -> {
          SplittableRandom random = new SplittableRandom(seed);
          float[] memory = RandomModels.gaussian(random, model.memory().floats() + 3);
          float[] back = new float[model.memory().floats() + 5];
          try (Engine engine = engine(model, 3)) {
            engine.pool().write(2, memory, 3);
            engine.pool().write(1, memory, 0);
            engine.pool().read(2, back, 5);
          }
          for (int i = 0; i < model.memory().floats(); i++) {
            assertThat(back[i + 5]).as("seed %d, float %d", seed, i).isEqualTo(memory[i + 3]);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> replayingTheLogGivesTheMemoryBitForBit() {
    return forAllModels(
        (model, seed) -> {
          for (Storage storage : Storage.values()) {
            replay(model, storage, false, seed);
            if (model.betas() != null) {
              replay(model, storage, true, seed);
            }
          }
        });
  }

  private void replay(Model model, Storage storage, boolean values, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Event> events = RandomModels.events(model, 40, KEYS, random);
    LogShape log = LogShape.of(model);
    try (Engine engine = engine(model, KEYS + 1, storage)) {
      Results results = run(engine, model, events, splits(random, events.size(), 9));
      LogReplay reference = new LogReplay(model);
      for (int key = 0; key < KEYS; key++) {
        float[] plain = new float[model.memory().floats()];
        engine.pool().write(KEYS, plain, 0);
        for (int i = 0; i < events.size(); i++) {
          if (events.get(i).key() == key && events.get(i).observe()) {
            float[] keys = results.parts.get("keys " + i);
            float[] deltas = results.parts.get("deltas " + i);
            assertThat(keys).hasSize(log.keys());
            assertThat(deltas).hasSize(log.deltas());
            LoggedEvents one = logged(model, events.get(i), keys, deltas, values);
            engine.replay(KEYS, one);
            reference.rewrite(storage, plain, one);
          }
        }
        float[] replayed = new float[model.memory().floats()];
        engine.pool().read(KEYS, replayed, 0);
        float[] live = results.parts.get("memory " + key);
        String what =
            String.format(
                Locale.ROOT,
                "%s, %s, seed %d, memory %d",
                storage,
                values ? "values" : "deltas",
                seed,
                key);
        Results.compare(what, live, replayed, 0);
        Results.compare(what + ", by the reference", live, plain, tolerance(storage));
      }
    }
  }

  private static LoggedEvents logged(
      Model model, Event event, float[] keys, float[] deltas, boolean values) {
    float[] fades = event.fade() == 1 ? null : new float[] {event.fade()};
    return values
        ? LoggedEvents.ofValues(1, keys, event.target(), model.betas(), fades)
        : LoggedEvents.ofDeltas(1, keys, deltas, fades);
  }

  @TestFactory
  Stream<DynamicTest> restoresMemoriesTogetherAsOneByOne() {
    return forAllModels(
        (model, seed) -> {
          for (Storage storage : Storage.values()) {
            restore(model, storage, seed);
          }
        });
  }

  private void restore(Model model, Storage storage, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Event> events = RandomModels.events(model, 40, KEYS, random);
    int floats = model.memory().floats();
    List<SavedMemory> memories = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    try (Engine engine = engine(model, KEYS + 1, storage)) {
      Results results = run(engine, model, events, splits(random, events.size(), 9));
      for (int key = 0; key < KEYS; key++) {
        float[] base = random.nextInt(3) == 0 ? null : RandomModels.gaussian(random, floats);
        List<LoggedEvents> log = new ArrayList<>();
        boolean values = model.betas() != null && random.nextBoolean();
        engine.pool().write(KEYS, base == null ? new float[floats] : base, 0);
        for (int i = 0; i < events.size(); i++) {
          if (events.get(i).key() == key && events.get(i).observe()) {
            LoggedEvents one =
                logged(
                    model,
                    events.get(i),
                    results.parts.get("keys " + i),
                    results.parts.get("deltas " + i),
                    values);
            log.add(one);
            engine.replay(KEYS, one);
          }
        }
        memories.add(new SavedMemory(KEYS - 1 - key, base, log));
        float[] alone = new float[floats];
        engine.pool().read(KEYS, alone, 0);
        expected.add(alone);
      }
      engine.restore(memories);
      for (int key = 0; key < KEYS; key++) {
        float[] restored = new float[floats];
        engine.pool().read(KEYS - 1 - key, restored, 0);
        String what = String.format(Locale.ROOT, "%s, seed %d, memory %d", storage, seed, key);
        Results.compare(what, expected.get(key), restored, 0);
      }
    }
  }

  @Test
  void refusesASlotOutsideThePool() {
    Model model = RandomModels.all(1).get("transformer");
    try (Engine engine = engine(model, 2)) {
      EventBatch batch = new EventBatch(model, 1);
      batch.clear();
      batch.segment(2, true);
      batch.add(true);
      assertThatThrownBy(() -> engine.step(batch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("slot is 2")
          .hasMessageContaining("2 slots");
    }
  }

  /** Keys learned with other betas before their job changed them. */
  @Test
  void replaysValuesWithTheBetasOfTheLog() {
    Model model = associative();
    for (Storage storage : Storage.values()) {
      SplittableRandom random = new SplittableRandom(4);
      LogReplay reference = new LogReplay(model);
      List<SavedMemory> memories = new ArrayList<>();
      List<float[]> expected = new ArrayList<>();
      for (int key = 0; key < 3; key++) {
        float[] memory = new float[model.memory().floats()];
        List<LoggedEvents> log = new ArrayList<>();
        for (int chunk = 0; chunk < key; chunk++) {
          log.add(learnedWithOtherBetas(model, random));
          reference.rewrite(storage, memory, log.get(chunk));
        }
        memories.add(new SavedMemory(key, null, log));
        expected.add(memory);
      }
      try (Engine engine = engine(model, 3, storage)) {
        engine.restore(memories);
        for (int key = 0; key < 3; key++) {
          float[] restored = new float[model.memory().floats()];
          engine.pool().read(key, restored, 0);
          String what = String.format(Locale.ROOT, "%s, memory %d", storage, key);
          Results.compare(what, expected.get(key), restored, tolerance(storage));
        }
      }
    }
  }

  private static LoggedEvents learnedWithOtherBetas(Model model, SplittableRandom random) {
    float[] betas = model.betas().clone();
    betas[random.nextInt(betas.length)] = random.nextFloat();
    float[] fades = random.nextBoolean() ? null : new float[] {1, 0.5f, 1};
    return LoggedEvents.ofValues(
        3,
        RandomModels.gaussian(random, 3 * model.inputDim()),
        RandomModels.gaussian(random, 3 * model.targetDim()),
        betas,
        fades);
  }

  @Test
  void refusesALogOfValuesOfAModelWithoutConstantBetas() {
    Model model = RandomModels.all(1).get("transformer");
    LoggedEvents log = LoggedEvents.ofValues(0, new float[0], new float[0], new float[0], null);
    try (Engine engine = engine(model, 1)) {
      assertThatThrownBy(() -> engine.replay(0, log))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("constant betas");
    }
  }

  private static Model associative() {
    return RandomModels.all(1).values().stream()
        .filter(model -> model.betas() != null)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void takesAnEmptyBatch() {
    Model model = RandomModels.all(1).get("transformer");
    try (Engine engine = engine(model, 2)) {
      EventBatch batch = new EventBatch(model, 1);
      batch.clear();
      engine.step(batch);
      assertThat(batch.size()).isZero();
    }
  }

  /** Everything that a run leaves behind, event by event, and the memories after it. */
  private static final class Results {
    final Map<String, float[]> parts = new LinkedHashMap<>();

    void compare(String what, Results actual, double tolerance) {
      assertThat(actual.parts.keySet()).isEqualTo(parts.keySet());
      parts.forEach((name, a) -> compare(what + ", " + name, a, actual.parts.get(name), tolerance));
    }

    void requireFiniteMemories(String what) {
      parts.forEach(
          (name, values) -> {
            for (int i = 0; name.startsWith("memory") && i < values.length; i++) {
              assertThat(Float.isFinite(values[i]))
                  .as("%s, %s [%d] is %s", what, name, i, values[i])
                  .isTrue();
            }
          });
    }

    private static void compare(String what, float[] expected, float[] actual, double tolerance) {
      assertThat(actual).as(what).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        float e = expected[i];
        float a = actual[i];
        boolean same =
            tolerance == 0
                ? Float.floatToIntBits(e) == Float.floatToIntBits(a) || e == 0 && a == 0
                : Float.isNaN(e) && Float.isNaN(a)
                    || Math.abs((double) a - e) <= tolerance * (1 + Math.abs((double) e));
        assertThat(same).as("%s [%d]: expected %s, got %s", what, i, e, a).isTrue();
      }
    }
  }

  private static Results reference(Model model, List<Event> events, Storage storage) {
    ReferenceModel reference = new ReferenceModel(model, storage);
    float[][] memories = new float[KEYS][model.memory().floats()];
    Results results = new Results();
    for (int i = 0; i < events.size(); i++) {
      Event e = events.get(i);
      float[] target = e.observe() ? e.target() : null;
      ReferenceModel.Step step =
          reference.step(e.input(), target, memories[e.key()], e.observe(), e.fade());
      results.parts.put("output " + i, step.output());
      results.parts.put("hidden " + i, step.hidden());
      results.parts.put("recall error " + i, new float[] {step.recallError()});
      if (e.observe()) {
        results.parts.put("keys " + i, step.keys());
        results.parts.put("deltas " + i, step.deltas());
      }
    }
    for (int key = 0; key < KEYS; key++) {
      results.parts.put("memory " + key, memories[key]);
    }
    return results;
  }

  /** Batch sizes that add up to n, each at most {@code most}. */
  private static List<Integer> splits(SplittableRandom random, int n, int most) {
    List<Integer> sizes = new ArrayList<>();
    for (int left = n; left > 0; ) {
      int size = Math.min(left, 1 + random.nextInt(most));
      sizes.add(size);
      left -= size;
    }
    return sizes;
  }

  private static Results run(Engine engine, Model model, List<Event> events, List<Integer> sizes) {
    Results[] results = new Results[events.size()];
    boolean[] known = new boolean[KEYS];
    EventBatch batch = new EventBatch(model, Collections.max(sizes));
    int at = 0;
    for (int size : sizes) {
      batch.clear();
      batch.poisonResults();
      List<Integer> rows = new ArrayList<>();
      for (int key = KEYS - 1; key >= 0; key--) {
        boolean begun = false;
        for (int i = at; i < at + size; i++) {
          Event e = events.get(i);
          if (e.key() == key) {
            if (!begun) {
              batch.segment(key, !known[key]);
              known[key] = true;
              begun = true;
            }
            int row = batch.add(e.observe(), e.fade());
            rows.add(i);
            put(e.input(), batch.inputs(), row);
            if (e.target() != null) {
              put(e.target(), batch.targets(), row);
            }
          }
        }
      }
      engine.step(batch);
      for (int row = 0; row < rows.size(); row++) {
        results[rows.get(row)] = resultsOf(model, batch, row, rows.get(row));
      }
      at += size;
    }
    Results all = new Results();
    for (Results r : results) {
      all.parts.putAll(r.parts);
    }
    for (int key = 0; key < KEYS; key++) {
      float[] memory = new float[model.memory().floats()];
      if (known[key]) {
        engine.pool().read(key, memory, 0);
      }
      all.parts.put("memory " + key, memory);
    }
    return all;
  }

  private static Results resultsOf(Model model, EventBatch batch, int row, int event) {
    int heads = model.updates() * model.memory().heads();
    Results results = new Results();
    results.parts.put("output " + event, row(batch.outputs(), row, model.outputDim()));
    results.parts.put("hidden " + event, row(batch.hidden(), row, model.hiddenDim()));
    results.parts.put("recall error " + event, row(batch.recallErrors(), row, 1));
    if (batch.observes(row)) {
      results.parts.put("keys " + event, row(batch.keys(), row, heads * model.keyDim()));
      results.parts.put(
          "deltas " + event, row(batch.deltas(), row, heads * model.memory().columns()));
    }
    return results;
  }

  private static void put(float[] from, float[] into, int row) {
    System.arraycopy(from, 0, into, row * from.length, from.length);
  }

  private static float[] row(float[] all, int row, int size) {
    return java.util.Arrays.copyOfRange(all, row * size, (row + 1) * size);
  }
}
