package io.fastweights.operator.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.operator.testkit.KeyedMaps;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.state.FastWeightStore;
import io.fastweights.state.LogChunk;
import io.fastweights.state.StoredMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cache of memories against a plain map of them. */
class HotMemoryTest {
  private static final AssociativeMemory MODEL =
      new AssociativeMemory(3, 2, 2, new float[] {0.5f, 0.25f, 0.75f}, Normalisation.UNIT);
  private static final int[] UNSAVED = {1000, 0, 3, 8};
  private static final int FLOATS = MODEL.memory().floats();

  private final KeyedMaps state = new KeyedMaps();
  private final Map<Integer, float[]> expected = new HashMap<>();
  private final Map<Integer, Long> observed = new HashMap<>();
  private ReferenceModel reference;
  private FastWeightStore store;
  private Engine engine;
  private HotMemory memory;
  private double mostLogged;

  private Storage storage = Storage.FP32;
  private int unsaved = 1000;
  private ToIntFunction<Object> keyLength = key -> 0;
  private long time;

  private void create(int slots, double fold) {
    store = new FastWeightStore(state.store(), MODEL.memory(), LogShape.of(MODEL), "test");
    engine = EngineProvider.create(MODEL, new EngineOptions(Device.CPU, slots, storage));
    memory =
        new HotMemory(
            engine, storage, store, fold, unsaved, keyLength, state::currentKey, () -> time);
    reference = new ReferenceModel(MODEL, storage);
    mostLogged = fold * FLOATS * storage.bytes() / (4.0 * new LogFormat(MODEL).floats());
  }

  @ParameterizedTest
  @CsvSource({
    "FP32, 5, 4, 0",
    "FP32, 5, 4, 0.3",
    "FP32, 5, 4, 16",
    "FP32, 9, 3, 0.3",
    "FP32, 100, 8, 0.3",
    "FP32, 2, 1, 0.3",
    "BF16, 5, 4, 0",
    "BF16, 5, 4, 0.7",
    "BF16, 9, 3, 16"
  })
  void noMemoryIsLostWhateverIsEvicted(Storage held, int slots, int batchKeys, double fold)
      throws Exception {
    storage = held;
    for (long seed = Seeds.seed(0), last = seed + 10; seed < last; seed++) {
      state.clear();
      expected.clear();
      observed.clear();
      unsaved = UNSAVED[(int) (seed % UNSAVED.length)];
      int longer = (int) (seed % 3) * 30;
      keyLength = key -> longer * (int) key;
      create(slots, fold);
      SplittableRandom random = new SplittableRandom(seed);
      for (int batch = 0; batch < 150; batch++) {
        stepBatch(
            random,
            batchKeys,
            String.format(Locale.ROOT, "batch %d, %s", batch, Seeds.replay(seed)));
        time += random.nextInt(3);
        if (random.nextInt(10) == 0) {
          memory.saveAll();
          assertThatStateIsComplete(
              String.format(Locale.ROOT, "saved after batch %d, %s", batch, Seeds.replay(seed)));
        }
        if (random.nextInt(40) == 0) {
          memory.saveAll();
          create(slots, fold);
        }
      }
      memory.saveAll();
      assertThatStateIsComplete(Seeds.replay(seed));
      assertThat(memory.size()).isLessThanOrEqualTo(slots);
    }
  }

  /** Events of a few keys: every slot must hold its key's memory until the batch has stepped. */
  private void stepBatch(SplittableRandom random, int batchKeys, String as) throws Exception {
    memory.beginBatch();
    List<HotKey> pinned = new ArrayList<>();
    int wanted = 1 + random.nextInt(batchKeys);
    for (int hit = 0; hit < 3 * wanted; hit++) {
      int key = pinned.size() < wanted ? random.nextInt(25) : key(pinned, random);
      HotKey hot = memory.get(key);
      if (!memory.inBatch(hot)) {
        memory.pin(hot, pinned.size());
        pinned.add(hot);
      }
      assertThat(pinned.get(hot.segment)).as(as).isSameAs(hot);
    }
    memory.loadMissed();
    Set<Integer> slots = new HashSet<>();
    for (HotKey hot : pinned) {
      assertThat(slots.add(hot.slot)).as("slot %d is free, %s", hot.slot, as).isTrue();
      assertThatSlotHoldsItsKey(hot, as);
    }
    EventBatch batch = new EventBatch(MODEL, 1);
    for (HotKey hot : pinned) {
      step(hot, batch, random);
    }
    for (HotKey hot : pinned) {
      assertThatSlotHoldsItsKey(hot, as);
    }
    memory.completed();
    memory.saveExcess();
  }

  private static int key(List<HotKey> pinned, SplittableRandom random) {
    return (int) pinned.get(random.nextInt(pinned.size())).key;
  }

  private void step(HotKey hot, EventBatch batch, SplittableRandom random) {
    step(hot, batch, random, random.nextInt(3) > 0);
  }

  private void step(HotKey hot, EventBatch batch, SplittableRandom random, boolean observe) {
    batch.clear();
    batch.segment(hot.slot, hot.fresh, hot.events);
    hot.fresh = false;
    batch.add(observe, random.nextInt(4) == 0 ? 0.75f : 1);
    for (int i = 0; i < MODEL.inputDim(); i++) {
      batch.inputs()[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < MODEL.targetDim(); i++) {
      batch.targets()[i] = observe ? (float) random.nextGaussian() : Float.NaN;
    }
    engine.step(batch);
    if (observe) {
      int key = (int) hot.key;
      reference.step(
          batch.inputs(),
          batch.targets(),
          expected.computeIfAbsent(key, k -> new float[FLOATS]),
          true,
          batch.fade(0),
          hot.events + 1);
      hot.events++;
      hot.lag = EncodedEvent.ofTime(hot.events);
      memory.learned(hot, batch, 0);
      observed.merge(key, 1L, Long::sum);
    }
  }

  private void assertThatSlotHoldsItsKey(HotKey hot, String as) {
    float[] weights = expected.get((int) hot.key);
    assertThat(hot.events).as("events of %s, %s", hot.key, as).isEqualTo(events(hot.key));
    if (hot.fresh) {
      assertThat(weights).as("key %s is new, %s", hot.key, as).isNull();
    } else {
      float[] slot = new float[FLOATS];
      engine.pool().read(hot.slot, slot, 0);
      assertThat(slot)
          .as("memory of %s, %s", hot.key, as)
          .isEqualTo(weights == null ? new float[FLOATS] : weights);
    }
  }

  private long events(Object key) {
    return observed.getOrDefault((int) key, 0L);
  }

  /** The state alone, replayed into an engine of its own, gives every memory. */
  private void assertThatStateIsComplete(String as) throws Exception {
    Engine other = EngineProvider.create(MODEL, new EngineOptions(Device.CPU, 1, storage));
    for (int key = 0; key < 25; key++) {
      state.currentKey(key);
      StoredMemory stored = store.load();
      float[] weights = expected.get(key);
      assertThat(stored == null).as("key %d has no state, %s", key, as).isEqualTo(weights == null);
      if (stored != null) {
        other
            .pool()
            .write(0, stored.base() == null ? new float[FLOATS] : stored.base().weights(), 0);
        for (LogChunk chunk : stored.log()) {
          other.replay(0, chunk.events());
        }
        float[] replayed = new float[FLOATS];
        other.pool().read(0, replayed, 0);
        assertThat(replayed).as("state of key %d, %s", key, as).isEqualTo(weights);
        assertThat(stored.events()).as("events of key %d, %s", key, as).isEqualTo(events(key));
        assertThat((double) stored.logged())
            .as("log of key %d, %s", key, as)
            .isLessThanOrEqualTo(2 * Math.floor(mostLogged));
        assertThat(stored.lag().timestamp()).isEqualTo(events(key));
      }
    }
  }

  /**
   * As after a restart with other betas, and of a log that an earlier release began.
   *
   * @param nearest events that it rounded to the nearest
   */
  @ParameterizedTest
  @CsvSource({
    "FP32, false, 0",
    "FP32, true, 0",
    "BF16, false, 0",
    "BF16, true, 0",
    "BF16, false, 4",
    "BF16, true, 3",
    "BF16, false, 6"
  })
  void aLogIsReplayedAsItWasLearned(Storage held, boolean deltasToo, int nearest) throws Exception {
    storage = held;
    create(2, 16);
    SplittableRandom random = new SplittableRandom(3);
    float[] weights = new float[FLOATS];
    state.currentKey(1);
    for (int event = 1; event <= 6; event++) {
      float[] betas = {random.nextFloat(), 0.5f, 1};
      float[] keys = gaussian(random, MODEL.inputDim());
      float[] values = gaussian(random, MODEL.targetDim());
      ReferenceModel learner =
          new ReferenceModel(new AssociativeMemory(3, 2, 2, betas, Normalisation.UNIT), held);
      long number = event > nearest ? event : LoggedEvents.UNNUMBERED;
      ReferenceModel.Step step = learner.step(keys, values, weights, true, 1, number);
      LoggedEvents logged =
          deltasToo && event % 2 == 1
              ? LoggedEvents.ofDeltas(1, keys, step.deltas(), null)
              : LoggedEvents.ofValues(1, keys, values, betas, null);
      store.append(
          new LogChunk(held, logged.numberedFrom(number), EncodedEvent.ofTime(event), event));
    }
    memory.beginBatch();
    HotKey hot = memory.get(1);
    memory.loadMissed();
    float[] slot = new float[FLOATS];
    engine.pool().read(hot.slot, slot, 0);
    assertThat(slot).isEqualTo(weights);
  }

  private static float[] gaussian(SplittableRandom random, int floats) {
    float[] gaussian = new float[floats];
    for (int i = 0; i < floats; i++) {
      gaussian[i] = (float) random.nextGaussian();
    }
    return gaussian;
  }

  /** As of a job of vectors that gets slow weights whose memories have the same shape. */
  @Test
  void noEngineReplaysWhatItsModelCouldNotLearn() {
    LoggedEvents values =
        LoggedEvents.ofValues(1, new float[9], new float[2], new float[] {1, 1, 1}, null);
    LoggedEvents deltas = LoggedEvents.ofDeltas(1, new float[9], new float[6], null);
    LogFormat associative = new LogFormat(MODEL);
    LogFormat slow = new LogFormat(TestModel.TRANSFORMER.oracle().model());
    assertThat(associative.engineReplays(stored(values), Storage.FP32)).isTrue();
    assertThat(associative.engineReplays(stored(deltas), Storage.FP32)).isTrue();
    assertThat(associative.engineReplays(stored(deltas, values), Storage.FP32)).isFalse();
    assertThat(associative.engineReplays(stored(values), Storage.BF16)).isFalse();
    assertThat(associative.engineReplays(stored(Storage.BF16, values), Storage.BF16)).isFalse();
    assertThat(
            associative.engineReplays(stored(Storage.BF16, values.numberedFrom(1)), Storage.BF16))
        .isTrue();
    assertThat(slow.engineReplays(stored(values), Storage.FP32)).isFalse();
    assertThat(slow.engineReplays(stored(deltas), Storage.FP32)).isTrue();
  }

  private static StoredMemory stored(LoggedEvents... log) {
    return stored(Storage.FP32, log);
  }

  private static StoredMemory stored(Storage storage, LoggedEvents... log) {
    List<LogChunk> chunks = new ArrayList<>();
    for (LoggedEvents events : log) {
      chunks.add(new LogChunk(storage, events, EncodedEvent.ofTime(1), 1));
    }
    return new StoredMemory(null, chunks);
  }

  @Test
  void theFormWithFewerBytesIsLogged() {
    assertThat(new LogFormat(MODEL).ofValues()).isTrue();
    Model twoColumns =
        new AssociativeMemory(3, 2, 2, new float[] {0.5f, 0.25f}, Normalisation.UNIT);
    assertThat(new LogFormat(twoColumns).ofValues()).isFalse();
  }

  @Test
  void aCleanMemoryIsNotSavedAgain() throws Exception {
    create(4, 0.3);
    memory.beginBatch();
    HotKey hot = memory.get(1);
    memory.loadMissed();
    memory.pin(hot, 0);
    step(hot, new EventBatch(MODEL, 1), new SplittableRandom(2));
    memory.completed();
    memory.saveAll();
    long saved = memory.appends() + memory.folds();
    memory.saveAll();
    memory.beginBatch();
    memory.get(1);
    memory.completed();
    memory.saveAll();
    assertThat(memory.appends() + memory.folds()).isEqualTo(saved);
  }

  @Test
  void keysBeyondTheBoundAreSavedBeforeACheckpoint() throws Exception {
    unsaved = 2;
    create(8, 16);
    for (int key : new int[] {1, 2, 3, 4, 3}) {
      learn(key);
    }
    assertThat(memory.appends()).isEqualTo(2);
    memory.saveAll();
    assertThat(memory.appends()).isEqualTo(4);
    assertThatStateIsComplete("saved");
  }

  @Test
  void moreKeysMayWaitWhileTheNextCheckpointIsFar() throws Exception {
    unsaved = 2;
    create(32, 16);
    time += 1000;
    memory.saveAll();
    for (int key = 0; key < 16; key++) {
      learn(key);
    }
    assertThat(memory.appends()).as("eight times the bound").isZero();
    time += 400;
    learn(16);
    assertThat(memory.appends()).as("half of the way to the bound").isEqualTo(17 - 9);
    time += 500;
    learn(17);
    assertThat(memory.appends()).as("a checkpoint may come").isEqualTo(18 - 2);
    time += 5000;
    learn(18);
    assertThat(memory.appends()).as("it is late").isEqualTo(19 - 2);
    memory.saveAll();
    assertThatStateIsComplete("saved");
  }

  @Test
  void aKeyInUseWaitsForTheCheckpoint() throws Exception {
    unsaved = 2;
    create(8, 16);
    for (int key : new int[] {1, 2, 1, 3, 1, 4, 1, 5, 1}) {
      learn(key);
    }
    state.currentKey(1);
    assertThat(store.load()).as("the key that is used").isNull();
    assertThat(memory.appends()).isEqualTo(3);
    memory.saveAll();
    assertThatStateIsComplete("saved");
  }

  private void learn(int key) throws Exception {
    EventBatch batch = new EventBatch(MODEL, 1);
    memory.beginBatch();
    HotKey hot = memory.get(key);
    memory.loadMissed();
    memory.pin(hot, 0);
    step(hot, batch, new SplittableRandom(key), true);
    memory.completed();
    memory.saveExcess();
  }

  @Test
  void aLongKeyTakesTheSpaceOfShortOnes() throws Exception {
    keyLength = key -> (int) key < 100 ? 64 : 2064;
    create(100, 16);
    long most = 100 * (4L * FLOATS + 256);
    for (int key = 0; key < 100; key++) {
      learn(key);
    }
    assertThat(memory.size()).isEqualTo(100);
    for (int key = 100; key < 200; key++) {
      learn(key);
      long cached = IntStream.rangeClosed(100, key).filter(k -> memory.peek(k) != null).count();
      assertThat(100 * 4L * FLOATS + memory.size() * 256L + cached * 2000)
          .as("bytes with %d keys of which %d are long", memory.size(), cached)
          .isLessThanOrEqualTo(most);
    }
    assertThat(memory.size()).as("nearly all is used").isEqualTo(100 * 256 / 2256);
    for (int key = 0; key < 100; key++) {
      learn(key);
    }
    assertThat(memory.size()).isGreaterThan(80);
    memory.saveAll();
    for (int key = 0; key < 200; key++) {
      state.currentKey(key);
      assertThat(store.load()).as("memory of %d", key).isNotNull();
    }
  }

  @Test
  void slotsThatLongKeysLeaveUnusedAreNotCounted() throws Exception {
    keyLength = key -> 2064;
    create(100, 16);
    for (int key = 0; key < 200; key++) {
      learn(key);
    }
    long each = 4L * FLOATS + 256;
    assertThat((long) memory.size()).isEqualTo(100 * each / (each + 2000));
  }

  @Test
  void theKeysOfABatchFitHoweverLongTheyAre() throws Exception {
    keyLength = key -> 1_000_000;
    create(3, 16);
    memory.beginBatch();
    for (int key = 0; key < 3; key++) {
      memory.pin(memory.get(key), key);
    }
    memory.loadMissed();
    memory.completed();
    assertThat(memory.size()).isEqualTo(3);
    memory.beginBatch();
    memory.get(3);
    assertThat(memory.size()).isEqualTo(1);
  }

  /** SIEVE: keys used again stay longer than keys used once. */
  @Test
  void aKeyThatWasHitOutlivesOnesThatCameOnce() throws Exception {
    create(3, 0.3);
    for (int key : new int[] {1, 2, 1, 3, 4, 5}) {
      memory.beginBatch();
      memory.pin(memory.get(key), 0);
      memory.completed();
    }
    long misses = memory.misses();
    memory.beginBatch();
    memory.get(1);
    assertThat(memory.misses()).isEqualTo(misses);
    assertThat(memory.evictions()).isEqualTo(2);
  }

  @Test
  void aBatchOfMoreKeysThanSlotsFails() throws Exception {
    create(3, 0.3);
    memory.beginBatch();
    for (int key = 0; key < 3; key++) {
      memory.pin(memory.get(key), key);
    }
    assertThatThrownBy(() -> memory.get(3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("all 3 slots are in use");
  }

  @Test
  void aKeyInFlightKeepsItsSlotUntilItsBatchCompletes() throws Exception {
    create(3, 0.3);
    for (int key = 0; key < 3; key++) {
      memory.beginBatch();
      memory.pin(memory.get(key), 0);
    }
    memory.beginBatch();
    assertThat(memory.get(3)).isNull();
    assertThat(memory.get(1).key).as("it is there all the same").isEqualTo(1);
    memory.completed();
    assertThat(memory.get(3).slot).as("the slot of key 0").isEqualTo(0);
  }

  @Test
  void nothingIsSavedWhileABatchIsInFlight() throws Exception {
    create(3, 0.3);
    memory.beginBatch();
    memory.pin(memory.get(1), 0);
    assertThatThrownBy(() -> memory.saveAll())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("in flight");
    memory.completed();
    memory.saveAll();
  }
}
