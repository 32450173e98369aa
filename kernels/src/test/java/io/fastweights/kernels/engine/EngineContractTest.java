package io.fastweights.kernels.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.engine.EngineScript.Event;
import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The contract of every engine. Each engine has a subclass. A failing test names the seed, and
 * {@code -Dfastweights.seed=N} replays it alone.
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

  /** False if a last bit decides by how much a model's results differ from the reference's. */
  protected boolean isClose(Model model) {
    return true;
  }

  /** Number of seeds that each property is tested with. */
  protected int seeds() {
    return 12;
  }

  /** Models that the engine runs, with names. */
  protected Map<String, Model> models(long seed) {
    return RandomModels.all(seed);
  }

  private static EngineScript script(Model model, List<Event> events) {
    return new EngineScript(model, events, KEYS);
  }

  private interface Property {
    void holds(Model model, long seed);
  }

  private Stream<DynamicTest> forAllModels(Property property) {
    return forModels(model -> true, property);
  }

  private Stream<DynamicTest> forModels(Predicate<Model> which, Property property) {
    String only = System.getProperty("fastweights.seed", "");
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, Model> entry : models(0).entrySet()) {
      String name = entry.getKey();
      if (!which.test(entry.getValue())) {
        continue;
      }
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
    return forModels(
        this::isClose,
        (model, seed) -> {
          SplittableRandom random = new SplittableRandom(seed);
          EngineScript script = script(model, RandomModels.events(model, 60, KEYS, random));
          for (Storage storage : Storage.values()) {
            EngineResults expected = script.reference(storage);
            try (Engine engine = engine(model, KEYS, storage)) {
              EngineResults actual = script.run(engine, script.splits(random, 17));
              assertSame(storage + ", seed " + seed, expected, actual, tolerance(storage));
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
          EngineScript script = script(model, RandomModels.extremeEvents(model, 60, KEYS, random));
          for (Storage storage : Storage.values()) {
            EngineResults expected = script.reference(storage);
            try (Engine engine = engine(model, KEYS, storage)) {
              EngineResults actual = script.run(engine, script.splits(random, 17));
              String what = storage + ", seed " + seed;
              if (tolerance(storage) == 0) {
                // Sums in another order differ by the cancellation of such values.
                assertSame(what, expected, actual, 0);
              }
              requireFiniteMemories(what, actual);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> givesTheSameBitsWhateverTheBatches() {
    return forAllModels(
        (model, seed) -> {
          SplittableRandom random = new SplittableRandom(seed);
          EngineScript script = script(model, RandomModels.events(model, 80, KEYS, random));
          try (Engine one = engine(model, KEYS);
              Engine other = engine(model, KEYS)) {
            EngineResults single = script.run(one, script.splits(random, 1));
            EngineResults batched = script.run(other, script.splits(random, 80));
            assertSame("seed " + seed, single, batched, 0);
          }
        });
  }

  /** Enough events that an engine may use blocks, whose ends cut segments. */
  @TestFactory
  Stream<DynamicTest> givesTheSameBitsInABatchOfManyEvents() {
    return models(1).entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(entry.getKey(), () -> batchOfManyEvents(entry.getValue())));
  }

  private void batchOfManyEvents(Model model) {
    SplittableRandom random = new SplittableRandom(1);
    EngineScript script = script(model, RandomModels.events(model, 300, KEYS, random));
    for (Storage storage : Storage.values()) {
      try (Engine one = engine(model, KEYS, storage);
          Engine other = engine(model, KEYS, storage)) {
        EngineResults parts = script.run(one, script.splits(random, 17));
        EngineResults whole = script.run(other, List.of(300));
        assertSame(storage.toString(), parts, whole, 0);
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
            for (boolean extreme : new boolean[] {false, true}) {
              if (model.replaysDeltas()) {
                replay(model, storage, false, extreme, seed);
              }
              if (model.betas() != null) {
                replay(model, storage, true, extreme, seed);
              }
            }
          }
        });
  }

  private void replay(Model model, Storage storage, boolean values, boolean extreme, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Event> events =
        extreme
            ? RandomModels.extremeEvents(model, 40, KEYS, random)
            : RandomModels.events(model, 40, KEYS, random);
    EngineScript script = script(model, events);
    try (Engine engine = engine(model, KEYS + 1, storage)) {
      EngineResults results = script.run(engine, script.splits(random, 9));
      LogReplay reference = new LogReplay(model);
      for (int key = 0; key < KEYS; key++) {
        float[] plain = new float[model.memory().floats()];
        engine.pool().write(KEYS, plain, 0);
        for (LoggedEvents one : script.log(results, key, values)) {
          engine.replay(KEYS, one);
          reference.rewrite(storage, plain, one);
        }
        float[] live = results.get("memory " + key);
        String what =
            String.format(
                Locale.ROOT,
                "%s, %s, seed %d, memory %d",
                storage,
                values ? "values" : "deltas",
                seed,
                key);
        assertSame(what, live, memory(engine, KEYS), 0);
        assertSame(what + ", by the reference", live, plain, tolerance(storage));
      }
    }
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
    EngineScript script = script(model, RandomModels.events(model, 40, KEYS, random));
    int floats = model.memory().floats();
    List<SavedMemory> memories = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    try (Engine engine = engine(model, KEYS + 1, storage)) {
      EngineResults results = script.run(engine, script.splits(random, 9));
      for (int key = 0; key < KEYS; key++) {
        float[] base = random.nextInt(3) == 0 ? null : RandomModels.gaussian(random, floats);
        boolean values = model.betas() != null && (!model.replaysDeltas() || random.nextBoolean());
        engine.pool().write(KEYS, base == null ? new float[floats] : base, 0);
        List<LoggedEvents> log = script.log(results, key, values);
        log.forEach(one -> engine.replay(KEYS, one));
        memories.add(new SavedMemory(KEYS - 1 - key, base, log));
        expected.add(memory(engine, KEYS));
      }
      engine.restore(memories);
      for (int key = 0; key < KEYS; key++) {
        String what = String.format(Locale.ROOT, "%s, seed %d, memory %d", storage, seed, key);
        assertSame(what, expected.get(key), memory(engine, KEYS - 1 - key), 0);
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
    models(1).values().stream()
        .filter(model -> model.betas() != null)
        .forEach(this::replaysValuesWithTheBetasOfTheLog);
  }

  private void replaysValuesWithTheBetasOfTheLog(Model model) {
    for (Storage storage : Storage.values()) {
      SplittableRandom random = new SplittableRandom(4);
      LogReplay reference = new LogReplay(model);
      List<SavedMemory> memories = new ArrayList<>();
      List<float[]> expected = new ArrayList<>();
      for (int key = 0; key < 3; key++) {
        float[] memory = new float[model.memory().floats()];
        List<LoggedEvents> log = new ArrayList<>();
        for (int chunk = 0; chunk < key; chunk++) {
          log.add(learnedWithOtherBetas(model, random).numberedFrom(3 * chunk + 1));
          reference.rewrite(storage, memory, log.get(chunk));
        }
        memories.add(new SavedMemory(key, null, log));
        expected.add(memory);
      }
      try (Engine engine = engine(model, 3, storage)) {
        engine.restore(memories);
        for (int key = 0; key < 3; key++) {
          String what = String.format(Locale.ROOT, "%s, memory %d", storage, key);
          assertSame(what, expected.get(key), memory(engine, key), tolerance(storage));
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

  @Test
  void refusesALogOfDeltasThatDoesNotGiveTheMemoryBack() {
    for (Model model : models(1).values()) {
      if (!model.replaysDeltas()) {
        LogShape shape = LogShape.of(model);
        LoggedEvents log =
            LoggedEvents.ofDeltas(1, new float[shape.keys()], new float[shape.deltas()], null);
        float[] memory = new float[model.memory().floats()];
        try (Engine engine = engine(model, 1)) {
          assertThatThrownBy(() -> engine.replay(0, log))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("a log of deltas does not say the betas");
          assertThatThrownBy(() -> new LogReplay(model).rewrite(Storage.FP32, memory, log))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("a log of deltas does not say the betas");
        }
      }
    }
  }

  @Test
  void refusesEventsWithoutNumbersForMemoriesInBf16() {
    Model model = associative();
    LoggedEvents log =
        LoggedEvents.ofDeltas(
            1, new float[LogShape.of(model).keys()], new float[LogShape.of(model).deltas()], null);
    EventBatch batch = new EventBatch(model, 1);
    batch.clear();
    batch.segment(0, false);
    batch.add(true);
    try (Engine engine = engine(model, 1, Storage.BF16)) {
      assertThatThrownBy(() -> engine.step(batch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("how many events its key has learned");
      assertThatThrownBy(() -> engine.replay(0, log))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("events without numbers");
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

  private static void assertSame(
      String what, EngineResults expected, EngineResults actual, double tolerance) {
    assertThat(expected.difference(actual, tolerance)).as(what).isNull();
  }

  private static void assertSame(String what, float[] expected, float[] actual, double tolerance) {
    assertThat(EngineResults.difference(expected, actual, tolerance)).as(what).isNull();
  }

  private static void requireFiniteMemories(String what, EngineResults results) {
    results
        .parts()
        .forEach(
            (name, values) -> {
              for (int i = 0; name.startsWith("memory") && i < values.length; i++) {
                assertThat(Float.isFinite(values[i]))
                    .as("%s, %s [%d] is %s", what, name, i, values[i])
                    .isTrue();
              }
            });
  }

  private static float[] memory(Engine engine, int slot) {
    float[] memory = new float[engine.model().memory().floats()];
    engine.pool().read(slot, memory, 0);
    return memory;
  }
}
