package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.state.LogReplay;
import io.fastweights.state.Recipe;
import io.fastweights.state.StoredMemory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/**
 * All that can happen to an operator, in an order drawn from a seed: trips, watermarks, time,
 * checkpoints of which up to two are written while events go on and some never are, failures that
 * lose what came after the last complete one, also in the middle of a write to state, rescaling,
 * and new weights. Whatever comes, each answer has the bits of the plain loop.
 */
final class Schedule {
  /** How the operator runs. */
  record Setup(
      TestModel model,
      String backend,
      int batchSize,
      MemorySize cache,
      double fold,
      int unsaved,
      int linger,
      Duration halfLife) {

    private static final double[] FOLDS = {0, 0.05, 0.5, 16};
    private static final int[] UNSAVED = {0, 1, 5, 4096};
    private static final int[] LINGERS = {0, 1, 20, 1000};
    private static final int[] HALF_LIFE_MINUTES = {0, 7, 90, 3000};

    /** Seeds that follow each other take turns with the models, most of them on the heap. */
    static Setup draw(long seed, SplittableRandom random) {
      int models = TestModel.values().length;
      TestModel model = TestModel.values()[(int) (seed % models)];
      int batchSize = 1 + random.nextInt(random.nextBoolean() ? 4 : 24);
      return new Setup(
          model,
          seed / models % 32 == 0 ? "rocksdb" : "hashmap",
          batchSize,
          random.nextBoolean() ? MemorySize.ZERO : model.cacheOf(1 + random.nextInt(40)),
          FOLDS[random.nextInt(FOLDS.length)],
          UNSAVED[random.nextInt(UNSAVED.length)],
          LINGERS[random.nextInt(LINGERS.length)],
          Duration.ofMinutes(HALF_LIFE_MINUTES[random.nextInt(HALF_LIFE_MINUTES.length)]));
    }

    FastWeights<Trip> builder(boolean refreshed) {
      Configuration job = new Configuration();
      return model
          .on(refreshed ? OperatorHarness.refreshed(job) : OperatorHarness.builder(job))
          .set(FastWeightOptions.BATCH_SIZE, batchSize)
          .set(FastWeightOptions.CACHE_SIZE, cache)
          .set(FastWeightOptions.FOLD_THRESHOLD, fold)
          .set(FastWeightOptions.UNSAVED_KEYS, unsaved)
          .set(FastWeightOptions.LINGER, Duration.ofMillis(linger))
          .set(FastWeightOptions.HALF_LIFE, halfLife);
    }
  }

  /** A checkpoint, and how many trips came before it. */
  private record Cut<C>(int place, C checkpoint) {}

  /** New weights that come before the trip of a place. */
  private record Refresh(SlowWeights weights, CheckedModel model) {}

  /** Thousands of schedules draw the same few weights, and files of weights take time. */
  private static final Map<String, SlowWeights> WEIGHTS = new HashMap<>();

  private static final Map<List<Object>, Refresh> REFRESHES = new HashMap<>();

  private static final int[] PARALLELISMS = {1, 4, 2};

  private final Device device;
  private final SplittableRandom random;
  private final String name;
  private final Setup setup;
  private final List<Trip> trips;
  private final Oracle oracle;
  private final Map<Integer, Refresh> refreshes = new HashMap<>();
  private int forgotten;
  private final List<String> expected;
  private final Faults faults;
  private final Deque<Cut<Subtasks.Writing>> writing = new ArrayDeque<>();
  private Cut<Subtasks.Checkpoint> last = new Cut<>(0, null);
  private Subtasks subtasks;
  private int begun;
  private int at;
  private long now;
  private long checkpoints;
  private int failures;
  private int declined;

  Schedule(long seed) {
    this(Device.CPU, seed, ScheduleTest.class);
  }

  /**
   * @param test replays it from a seed
   */
  Schedule(Device device, long seed, Class<?> test) {
    this.device = device;
    random = new SplittableRandom(seed);
    setup = Setup.draw(seed, random);
    name = setup + ", " + Seeds.replay(seed, test);
    trips = Trips.stream(seed, 20 + random.nextInt(80));
    oracle = setup.model().oracle().halfLife(setup.halfLife().toMillis());
    faults = new Faults(seed);
    expected = new ArrayList<>();
    drawRefreshes(new SplittableRandom(~seed));
    for (int place = 0; place < trips.size(); place++) {
      if (refreshes.containsKey(place)) {
        oracle.refresh(refreshes.get(place).weights());
      }
      expected.add(oracle.answer(trips.get(place)));
    }
  }

  /** Up to three; where the model has a schema, some need other memories. */
  private void drawRefreshes(SplittableRandom draw) {
    MemoryShape shape = oracle.model().memory();
    long generation = 0;
    int place = 0;
    for (int version = 1; version <= 3; version++) {
      place += 1 + draw.nextInt(trips.size());
      boolean other = setup.model() == TestModel.ASSOCIATIVE || draw.nextInt(3) == 0;
      boolean possible = setup.model().hasSchema() || !other;
      if (place < trips.size() && possible) {
        SlowWeights weights = weights(other, version);
        if (!SlowModel.of(weights).memory().equals(shape)) {
          shape = SlowModel.of(weights).memory();
          generation = version;
          forgotten = place;
        }
        refreshes.put(place, refresh(weights, version, generation));
      }
    }
  }

  private SlowWeights weights(boolean other, int version) {
    return WEIGHTS.computeIfAbsent(
        (other ? "other" : setup.model().name()) + version,
        name -> other ? Weights.ofAnotherShape(version) : setup.model().weights(100 + version));
  }

  private static Refresh refresh(SlowWeights weights, long version, long generation) {
    return REFRESHES.computeIfAbsent(
        List.of(weights, version, generation),
        which -> new Refresh(weights, Weights.checked(weights, version, generation)));
  }

  /** Runs it to the end of the trips. */
  void run() throws Exception {
    try {
      restore(drawParallelism());
      while (at < trips.size()) {
        try {
          act();
        } catch (Exception e) {
          if (!Faults.Injected.isBehind(e)) {
            throw e;
          }
          fail();
        }
      }
      faults.disarm();
      subtasks.finish();
      assertThatAllIsAnswered();
      begin();
      while (!writing.isEmpty()) {
        complete();
      }
      assertThatStateIsThatOfThePlainLoop();
      restore(drawParallelism());
      assertThatStateIsThatOfThePlainLoop();
    } catch (Exception e) {
      throw new AssertionError(name, e);
    } finally {
      if (subtasks != null) {
        subtasks.close();
      }
    }
  }

  private void act() throws Exception {
    int action = random.nextInt(42);
    if (action < 30) {
      if (refreshes.containsKey(at)) {
        subtasks.refresh(refreshes.get(at).model());
      }
      subtasks.process(trips.get(at++));
    } else if (action < 33) {
      subtasks.watermark(Trips.START + at * 60_000L);
    } else if (action < 35) {
      now += random.nextInt(2 * setup.linger() + 2);
      subtasks.processingTime(now);
    } else if (action < 37) {
      begin();
    } else if (action < 39 && !writing.isEmpty()) {
      complete();
    } else if (action == 39 && random.nextInt(3) == 0) {
      fail();
    } else if (action == 40 && random.nextInt(3) == 0) {
      faults.failWrites(1.0 / (1 + random.nextInt(30)), 1);
    } else if (action == 41) {
      faults.failSnapshots(1, 1);
    }
  }

  /** A checkpoint; a third at once makes the first complete. */
  private void begin() throws Exception {
    subtasks.barrier(++checkpoints);
    assertThatAllIsAnswered();
    writing.add(new Cut<>(at, subtasks.snapshot(checkpoints)));
    if (writing.size() > 2) {
      complete();
    }
  }

  private void complete() throws Exception {
    Cut<Subtasks.Writing> oldest = writing.remove();
    try {
      last = new Cut<>(oldest.place(), oldest.checkpoint().complete());
    } catch (ExecutionException e) {
      if (!Faults.Injected.isBehind(e)) {
        throw e;
      }
      oldest.checkpoint().cancel();
      declined++;
    }
  }

  /**
   * What was answered since the last complete checkpoint is answered again, with other subtasks.
   */
  private void fail() throws Exception {
    failures++;
    assertThat(subtasks.answers()).as(name).isSubsetOf(expected).doesNotHaveDuplicates();
    restore(drawParallelism());
  }

  /** Mostly 1: subtasks take time. */
  private int drawParallelism() {
    return PARALLELISMS[random.nextInt(4) == 0 ? random.nextInt(PARALLELISMS.length) : 0];
  }

  private void restore(int parallelism) throws Exception {
    for (Cut<Subtasks.Writing> lost : writing) {
      lost.checkpoint().cancel();
    }
    writing.clear();
    faults.disarm();
    if (subtasks != null) {
      subtasks.abandon();
    }
    now = 0;
    begun = last.place();
    at = begun;
    subtasks =
        new Subtasks(
            this::builder,
            new FaultyBackend(OperatorHarness.backend(setup.backend()), faults),
            parallelism,
            last.checkpoint());
  }

  private FastWeights<Trip> builder() {
    return setup.builder(!refreshes.isEmpty()).set(FastWeightOptions.ENGINE, device);
  }

  private void assertThatAllIsAnswered() {
    assertThat(subtasks.answers())
        .as("trips %d to %d, %s", begun, at, name)
        .isEqualTo(expected.subList(begun, at));
    assertThat(subtasks.answeredIds()).as(name).allSatisfy(ids -> assertThat(ids).isSorted());
  }

  private void assertThatStateIsThatOfThePlainLoop() throws Exception {
    Map<String, StoredMemory> stored = subtasks.stored();
    Map<String, float[]> memories = oracle.memories();
    EventModel model = oracle.eventModel();
    LogReplay withoutModel =
        new LogReplay(
            model.model().memory(), LogShape.of(model.model()), Recipe.parse(model.recipe()));
    assertThat(stored.keySet()).as(name).isEqualTo(memories.keySet());
    for (Map.Entry<String, StoredMemory> entry : stored.entrySet()) {
      String key = entry.getKey();
      assertThat(bits(entry.getValue().replay(oracle.model())))
          .as("W of %s, %s", key, name)
          .isEqualTo(bits(memories.get(key)));
      assertThat(bits(withoutModel.weights(entry.getValue())))
          .as("W of %s without the model, %s", key, name)
          .isEqualTo(bits(memories.get(key)));
      assertThat(entry.getValue().events())
          .as("events of %s, %s", key, name)
          .isEqualTo(
              expected.subList(forgotten, expected.size()).stream()
                  .filter(line -> line.contains(" " + key + " at ") && line.contains(" observed:"))
                  .count());
    }
  }

  /** Not the values: -0 is not 0. */
  private static int[] bits(float[] weights) {
    int[] bits = new int[weights.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(weights[i]);
    }
    return bits;
  }

  /** How often new weights came. */
  int refreshes() {
    return refreshes.size();
  }

  /** Failures that it came through. */
  int failures() {
    return failures;
  }

  /** Checkpoints that were never written, while the operator went on. */
  int declined() {
    return declined;
  }

  /** Failures in the middle of a write to state. */
  int failedWrites() {
    return faults.writes();
  }

  Setup setup() {
    return setup;
  }
}
