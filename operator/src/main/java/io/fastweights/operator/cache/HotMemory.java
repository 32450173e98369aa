package io.fastweights.operator.cache;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.Storage;
import io.fastweights.operator.metrics.MemoryCounts;
import io.fastweights.state.FastWeightStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.apache.flink.annotation.Internal;

/**
 * The memories in use: which key has which slot of the engine's pool. A miss loads from the store;
 * an eviction or a checkpoint saves what the store does not have yet.
 *
 * <p>Keys are evicted in the order of {@link Sieve}. Keys of the current batch and of batches in
 * flight are never evicted: the content of their slots and logs is not known yet.
 */
@Internal
public final class HotMemory {
  private static final int NONE = CacheSpace.NONE;

  /**
   * Factor by which a key's log may be longer while the key is in a slot. The log is not read
   * there, and folds are most of the writes of the most used keys.
   */
  private static final int LONGER = 2;

  private final Map<Object, HotKey> keys = new HashMap<>();
  private final Sieve<HotKey> order = new Sieve<>(this::inFlight);
  private final UnsavedKeys unsaved;
  private final SlotStore slots;
  private final List<HotKey> missed = new ArrayList<>();
  private HotKey zero;
  private final CacheSpace space;

  /** Keys that expired in a batch that may still be in flight: their slots are free after it. */
  private final Deque<HotKey> left = new ArrayDeque<>();

  private long batch;
  private long completed;
  private long hits;
  private long misses;
  private long evictions;

  /**
   * @param storage format of memories in the engine's pool and of new bases
   * @param foldThreshold the largest log with which a key is saved as it is evicted, as a fraction
   *     of the memory's size
   * @param mostUnsaved keys that may have learned what the store does not have when a checkpoint
   *     comes
   * @param keyLength bytes of a key: a long one counts as more than its slot
   * @param currentKey makes a key the one that the store works on
   * @param time milliseconds
   */
  public HotMemory(
      Engine engine,
      Storage storage,
      FastWeightStore store,
      double foldThreshold,
      int mostUnsaved,
      ToIntFunction<Object> keyLength,
      Consumer<Object> currentKey,
      LongSupplier time) {
    this.slots = new SlotStore(storage, foldThreshold, currentKey);
    this.unsaved = new UnsavedKeys(mostUnsaved, () -> completed, time);
    this.space = new CacheSpace(storage, keyLength);
    use(engine, store);
  }

  private void use(Engine engine, FastWeightStore store) {
    slots.use(engine, store);
    space.use(engine.pool());
  }

  /**
   * Switches to the pool of another engine, in which no key has a slot yet. Memories that were not
   * {@linkplain #saveAll saved} are lost.
   *
   * @throws IllegalStateException if a batch is in flight
   */
  public void moveTo(Engine nextEngine, FastWeightStore nextStore) {
    requireNoneInFlight();
    unsaved.clear();
    keys.clear();
    order.clear();
    zero = null;
    left.clear();
    use(nextEngine, nextStore);
  }

  private void requireNoneInFlight() {
    if (batch > completed) {
      throw new IllegalStateException("a batch is in flight: its events are not logged yet");
    }
  }

  /** Begins a batch; those before it may still be in flight. */
  public void beginBatch() {
    batch++;
  }

  /** Marks the oldest batch in flight as completed: its keys may be evicted again. */
  public void completed() {
    completed++;
  }

  /** Logs the event in a row of a completed batch for its key. */
  public void learned(HotKey hot, EventBatch of, int row) {
    if (!hot.gone) {
      hot.log.add(of, row);
      unsaved.add(hot);
    }
  }

  /** Saves keys while too many have events that the store does not have. */
  public void saveExcess() throws Exception {
    for (HotKey hot = unsaved.pollExcess(); hot != null; hot = unsaved.pollExcess()) {
      slots.save(hot, LONGER);
    }
  }

  /** True if the current batch or a batch in flight uses the key's slot. */
  private boolean inFlight(HotKey hot) {
    return hot.batch > completed;
  }

  /** True if the key has a segment in the current batch. */
  public boolean inBatch(HotKey key) {
    return key.batch == batch && key.segment != NONE;
  }

  /**
   * Gets a key's slot and holds it for the current batch. {@link #loadMissed} loads a key that had
   * no slot.
   *
   * @return null if every slot that could be freed is in use by batches in flight, which must then
   *     be completed first
   * @throws IllegalStateException if the current batch has more keys than there are slots
   */
  public HotKey get(Object key) throws Exception {
    HotKey hot = keys.get(key);
    if (hot != null) {
      hits++;
      order.hit(hot);
      hold(hot);
      return hot;
    }
    long bytes = space.bytes(key);
    evictFor(bytes);
    int slot = takeSlot();
    if (slot == NONE) {
      return null;
    }
    misses++;
    hot = new HotKey(key, slot, bytes, slots.newLog());
    missed.add(hot);
    add(hot);
    hold(hot);
    return hot;
  }

  private void add(HotKey hot) {
    keys.put(hot.key, hot);
    order.add(hot);
    space.add(hot.bytes);
  }

  private void remove(HotKey hot) {
    order.remove(hot);
    hot.gone = true;
    keys.remove(hot.key);
    space.remove(hot.bytes);
  }

  private void hold(HotKey hot) {
    if (hot.batch != batch) {
      hot.batch = batch;
      hot.segment = NONE;
    }
  }

  /** Loads together the keys that {@link #get} found in no slot. */
  public void loadMissed() throws Exception {
    if (!missed.isEmpty()) {
      slots.load(missed);
      missed.clear();
    }
  }

  /** A key if it is in a slot, else null. */
  public HotKey peek(Object key) {
    return keys.get(key);
  }

  /**
   * Resets a key whose memory has expired to zero. If the current batch uses the old memory, the
   * new one gets another slot.
   *
   * @return null as {@link #get}
   */
  public HotKey renew(HotKey dead) throws Exception {
    int slot = dead.slot;
    if (inBatch(dead)) {
      slot = takeSlot();
      if (slot == NONE) {
        return null;
      }
      left.add(dead);
    }
    remove(dead);
    HotKey hot = new HotKey(dead.key, slot, dead.bytes, slots.newLog());
    hot.fresh = true;
    hot.reborn = true;
    hot.watched = dead.watched;
    add(hot);
    return hot;
  }

  /**
   * A memory that stays zero, for asks of expired keys. It has a slot from the first call on.
   *
   * @return null as {@link #get}
   */
  public HotKey zero() throws Exception {
    if (zero == null) {
      int slot = takeSlot();
      if (slot == NONE) {
        return null;
      }
      zero = new HotKey(null, slot, 0, slots.noLog());
    }
    zero.fresh = true;
    return zero;
  }

  /** Drops a key, saved or not; neither the current batch nor one in flight may use it. */
  public void forget(HotKey hot) {
    remove(hot);
    space.free(hot.slot);
  }

  /** Evicts keys until another one fits, or all that are left are in use. */
  private void evictFor(long bytes) throws Exception {
    while (!space.fits(bytes)) {
      HotKey victim = order.victim();
      if (victim == null) {
        return;
      }
      evict(victim);
    }
  }

  /** A slot that no batch uses; {@link #NONE} if batches in flight use them all. */
  private int takeSlot() throws Exception {
    while (!left.isEmpty() && left.peek().batch <= completed) {
      space.free(left.remove().slot);
    }
    int slot = space.takeSlot();
    if (slot == NONE && evictOne()) {
      slot = space.takeSlot();
    }
    return slot;
  }

  /** Holds a key in its slot until the current batch has completed. */
  public void pin(HotKey hot, int segment) {
    hot.batch = batch;
    hot.segment = segment;
  }

  /** Frees a slot; false if batches in flight use them all. */
  private boolean evictOne() throws Exception {
    HotKey victim = order.victim();
    if (victim == null) {
      if (batch > completed + 1) {
        return false;
      }
      throw new IllegalStateException(
          "all " + slots.count() + " slots are in use by one batch of events");
    }
    evict(victim);
    return true;
  }

  private void evict(HotKey victim) throws Exception {
    slots.save(victim, 1);
    remove(victim);
    space.free(victim.slot);
    evictions++;
  }

  /**
   * Saves every memory that the store does not have.
   *
   * @throws IllegalStateException if a batch is in flight
   */
  public void saveAll() throws Exception {
    requireNoneInFlight();
    for (HotKey hot = unsaved.poll(); hot != null; hot = unsaved.poll()) {
      slots.save(hot, LONGER);
    }
    unsaved.checkpoint();
  }

  /** Counters for the metrics. */
  public MemoryCounts counts() {
    return new MemoryCounts(
        slots::count,
        this::size,
        this::hits,
        this::misses,
        this::evictions,
        slots::appends,
        slots::appendedBytes,
        slots::folds);
  }

  /** Keys in slots. */
  public int size() {
    return order.size();
  }

  long hits() {
    return hits;
  }

  long misses() {
    return misses;
  }

  long evictions() {
    return evictions;
  }

  /** Chunks appended to logs. */
  long appends() {
    return slots.appends();
  }

  /** Logs folded into a base. */
  long folds() {
    return slots.folds();
  }
}
