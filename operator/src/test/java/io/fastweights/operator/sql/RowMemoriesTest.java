package io.fastweights.operator.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.runtime.EventStepper;
import io.fastweights.operator.testkit.TestModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.table.api.dataview.ListView;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memories in list views whose entries expire one by one, as Flink's do. */
class RowMemoriesTest {
  private static final Schema SCHEMA =
      Schema.of(List.of(new Field.Hashed("place", 8)), new Target.Binary("late"));
  private static final long TTL = 1000;
  private static final MemorySize TWO_KEYS = MemorySize.ZERO;
  private static final MemorySize MANY_KEYS = MemorySize.ofMebiBytes(1);

  /** A list view whose entries are gone so long after they were added. */
  private static final class ExpiringView extends ListView<byte[]> {
    private final long timeToLive;
    private final List<Long> added = new ArrayList<>();
    private long now;
    private long bytes;

    ExpiringView(long timeToLive) {
      this.timeToLive = timeToLive;
    }

    @Override
    public Iterable<byte[]> get() {
      List<byte[]> alive = new ArrayList<>();
      for (int i = 0; i < added.size(); i++) {
        if (now - added.get(i) < timeToLive) {
          alive.add(getList().get(i));
        }
      }
      return alive;
    }

    @Override
    public void add(byte[] entry) {
      bytes += entry.length;
      getList().add(entry);
      added.add(now);
    }

    @Override
    public void clear() {
      getList().clear();
      added.clear();
    }
  }

  /** The state of one key. */
  private record Views(ExpiringView base, ExpiringView log) {
    static Views expiringAfter(long millis) {
      return new Views(new ExpiringView(millis), new ExpiringView(millis));
    }

    Views at(long now) {
      base.now = now;
      log.now = now;
      return this;
    }
  }

  private static EventStepper stepper(int keyDim, MemorySize cache) {
    return stepper(keyDim, cache, Duration.ZERO);
  }

  private static EventStepper stepper(int keyDim, MemorySize cache, Duration halfLife) {
    return stepper(null, keyDim, cache, halfLife);
  }

  private static EventStepper stepper(
      SlowWeights weights, int keyDim, MemorySize cache, Duration halfLife) {
    return new EventStepper.Plan(
            SCHEMA,
            weights,
            new Configuration()
                .set(FastWeightOptions.BATCH_SIZE, 1)
                .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, keyDim)
                .set(FastWeightOptions.CACHE_SIZE, cache)
                .set(FastWeightOptions.HALF_LIFE, halfLife))
        .open(new UnregisteredMetricsGroup());
  }

  private static EncodedEvent event(EventStepper stepper, SplittableRandom random)
      throws MalformedEventException {
    return event(stepper, random, 0);
  }

  private static EncodedEvent event(EventStepper stepper, SplittableRandom random, long time)
      throws MalformedEventException {
    return stepper.encode(
        stepper
            .newEvent()
            .timestamp(time)
            .set(0, "p" + random.nextInt(5))
            .target(random.nextBoolean() ? "true" : "false"));
  }

  private static float[] observe(
      EventStepper stepper, RowMemories memories, EncodedEvent event, Views views, long now)
      throws Exception {
    RowMemories.KeySlot slot = memories.get(views, views.base, views.log, now);
    float[] values = stepper.step(slot.slot, slot.fresh, event, slot.lag);
    slot.fresh = false;
    memories.learned(slot, event, views.base, views.log, now);
    return values;
  }

  /**
   * Events of three keys at random times, a cache of two, and now and then a restart: a memory is
   * whole until the time to live after its last event, and gone from then on.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aMemoryExpiresAsAWholeByItsLastEvent(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    EventStepper stepper = stepper(4, TWO_KEYS);
    EventStepper lasting = stepper(4, MANY_KEYS);
    RowMemories memories = new RowMemories(stepper, 8, TTL);
    RowMemories oracle = new RowMemories(lasting, 8, 0);
    Map<Integer, Views> views = new HashMap<>();
    Map<Integer, Views> oracleViews = new HashMap<>();
    Map<Integer, Long> last = new HashMap<>();
    long now = 1_000_000;
    int forgotten = 0;
    for (int i = 0; i < 400; i++) {
      now += random.nextInt(3) == 0 ? random.nextInt(800) : random.nextInt(30);
      int key = random.nextInt(3);
      if (last.containsKey(key) && now - last.get(key) >= TTL) {
        oracleViews.remove(key);
        forgotten++;
      }
      last.put(key, now);
      if (random.nextInt(40) == 0) {
        memories = new RowMemories(stepper, 8, TTL);
      }
      EncodedEvent event = event(stepper, random);
      Views state = views.computeIfAbsent(key, k -> Views.expiringAfter(2 * TTL)).at(now);
      Views whole = oracleViews.computeIfAbsent(key, k -> Views.expiringAfter(Long.MAX_VALUE));
      assertThat(observe(stepper, memories, event, state, now))
          .as("event %d of seed %d", i, seed)
          .isEqualTo(observe(lasting, oracle, event, whole.at(now), now));
    }
    assertThat(forgotten).as("memories forgotten").isPositive();
  }

  /**
   * Three keys in a cache of two, logs that are folded now and then, and restarts with another
   * half-life: as in a cache that holds all and never restarts.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aMemoryThatFadesIsReplayedToItsBits(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<EventStepper> tight = new ArrayList<>();
    List<EventStepper> ample = new ArrayList<>();
    for (int minutes : new int[] {0, 60, 1}) {
      tight.add(stepper(4, TWO_KEYS, Duration.ofMinutes(minutes)));
      ample.add(stepper(4, MANY_KEYS, Duration.ofMinutes(minutes)));
    }
    Map<Integer, Views> views = new HashMap<>();
    Map<Integer, Views> wholeViews = new HashMap<>();
    long time = 0;
    int faded = 0;
    for (int i = 0; i < 300; ) {
      int which = random.nextInt(3);
      RowMemories memories = new RowMemories(tight.get(which), 2, 0);
      // Without a log its state is W itself.
      RowMemories whole = new RowMemories(ample.get(which), 0, 0);
      for (int end = i + 1 + random.nextInt(60); i < end; i++) {
        time += random.nextInt(40_000);
        int key = random.nextInt(3);
        EncodedEvent event = event(tight.get(which), random, time);
        Views state = views.computeIfAbsent(key, k -> Views.expiringAfter(Long.MAX_VALUE));
        Views other = wholeViews.computeIfAbsent(key, k -> Views.expiringAfter(Long.MAX_VALUE));
        assertThat(observe(tight.get(which), memories, event, key, state))
            .as("event %d of seed %d", i, seed)
            .isEqualTo(observe(ample.get(which), whole, event, key, other));
        faded += tight.get(which).fade() < 1 ? 1 : 0;
      }
    }
    assertThat(faded).as("events that found a memory faded").isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aMemoryWithForgetGatesIsReplayedToItsBits(long seed) throws Exception {
    ModelConfig config =
        ModelConfig.builder(Architecture.ATTENTION)
            .dim(6)
            .heads(2)
            .dimHead(3)
            .updateRule(UpdateRule.GATED_DELTA)
            .outputs(1)
            .build();
    SlowWeights weights = TestModel.random(config, SCHEMA, seed);
    EventStepper tight = stepper(weights, 4, TWO_KEYS, Duration.ZERO);
    EventStepper ample = stepper(weights, 4, MANY_KEYS, Duration.ZERO);
    RowMemories memories = new RowMemories(tight, 2, 0);
    RowMemories whole = new RowMemories(ample, 0, 0);
    Map<Integer, Views> views = new HashMap<>();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      int key = random.nextInt(3);
      EncodedEvent event = event(tight, random, i);
      Views state = views.computeIfAbsent(key, k -> Views.expiringAfter(Long.MAX_VALUE));
      Views other = views.computeIfAbsent(key + 3, k -> Views.expiringAfter(Long.MAX_VALUE));
      assertThat(observe(tight, memories, event, key, state))
          .as("event %d of seed %d", i, seed)
          .isEqualTo(observe(ample, whole, event, key, other));
    }
  }

  private static float[] observe(
      EventStepper stepper, RowMemories memories, EncodedEvent event, Object key, Views views)
      throws Exception {
    RowMemories.KeySlot slot = memories.get(key, views.base, views.log, 0);
    float[] values = stepper.step(slot.slot, slot.fresh, event, slot.lag);
    slot.fresh = false;
    memories.learned(slot, event, views.base, views.log, 0);
    return values;
  }

  /** Flink's own state expiry could remove a memory's first entries. */
  @Test
  void aMemoryWithoutItsFirstEntriesBeginsAnew() throws Exception {
    EventStepper stepper = stepper(4, TWO_KEYS);
    SplittableRandom random = new SplittableRandom(1);
    Views views = Views.expiringAfter(Long.MAX_VALUE);
    RowMemories memories = new RowMemories(stepper, 8, 0);
    for (int i = 0; i < 3; i++) {
      observe(stepper, memories, event(stepper, random), views, i);
    }
    views.log.getList().remove(0);
    views.log.added.remove(0);
    RowMemories again = new RowMemories(stepper, 8, 0);
    assertThat(again.get("key", views.base, views.log, 3).fresh).isTrue();
    assertThat(views.log.get()).isEmpty();
  }

  @Test
  void aMemoryOfAnotherModelIsRefused() throws Exception {
    EventStepper stepper = stepper(4, TWO_KEYS);
    Views views = Views.expiringAfter(Long.MAX_VALUE);
    RowMemories memories = new RowMemories(stepper, 8, 0);
    observe(stepper, memories, event(stepper, new SplittableRandom(1)), views, 1);
    RowMemories other = new RowMemories(stepper(8, TWO_KEYS), 8, 0);
    assertThatThrownBy(() -> other.get("key", views.base, views.log, 2))
        .hasMessageContaining("a stored memory is of another model than this query's: ")
        .hasMessageContaining("memory of shape [1, 2, 32, 1]");
  }

  /** The bytes of long keys take the place of memories. */
  @ParameterizedTest
  @ValueSource(ints = {10, 10_000, 3_000_000})
  void theCacheHoldsAsManyKeysAsItsSizeAllows(int length) throws Exception {
    EventStepper stepper = stepper(4, MANY_KEYS);
    RowMemories memories = new RowMemories(stepper, 8, 0);
    Map<Integer, Views> views = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    int keys = 300;
    for (int i = 0; i < 2 * keys; i++) {
      int id = i % keys;
      Row key = Row.of(id, "x".repeat(length));
      Views state = views.computeIfAbsent(id, k -> Views.expiringAfter(Long.MAX_VALUE));
      observe(stepper, memories, event(stepper, random), key, state);
      assertThat(state.log.getList()).as("key %d", id).hasSize(1 + i / keys);
    }
    int most = Math.max(1, (int) Math.min(keys, MANY_KEYS.getBytes() / length));
    assertThat(memories.size()).as("of %d bytes", length).isBetween((1 + most) / 2, most);
  }

  /** At a fold threshold of one half an event costs its log entry and twice that for the folds. */
  @Test
  void bytesWrittenPerEventDoNotGrowWithTheMemory() throws Exception {
    long[] written = new long[2];
    int events = 1000;
    for (int i = 0; i < 2; i++) {
      EventStepper stepper = stepper(64, TWO_KEYS);
      Views views = Views.expiringAfter(Long.MAX_VALUE);
      RowMemories memories = new RowMemories(stepper, i == 0 ? 0 : 8, 0);
      SplittableRandom random = new SplittableRandom(3);
      for (int e = 0; e < events; e++) {
        observe(stepper, memories, event(stepper, random), views, e);
      }
      written[i] = (views.base.bytes + views.log.bytes) / events;
    }
    assertThat(written[0]).as("dense").isGreaterThan(4 * 2 * 4 * 64);
    assertThat(written[1]).as(Arrays.toString(written)).isLessThan(written[0] / 2);
  }
}
