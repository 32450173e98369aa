package io.fastweights.operator.cache;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.engine.SavedMemory;
import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Storage;
import io.fastweights.state.FastWeightStore;
import io.fastweights.state.KeyMemory;
import io.fastweights.state.LogChunk;
import io.fastweights.state.StoredMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Moves memories between the slots of an engine's pool and the store of the keys' state. */
final class SlotStore {
  /** Most floats loaded before they are passed to the engine. */
  private static final int MOST_LOADED = 1 << 24;

  private final Storage storage;
  private final double foldThreshold;
  private final Consumer<Object> currentKey;
  private Engine engine;
  private MemoryPool pool;
  private FastWeightStore store;
  private LogFormat logs;
  private int mostLogged;
  private long appends;
  private long appendedBytes;
  private long folds;

  /**
   * @param storage format of memories in the pool and of new bases
   * @param foldThreshold the largest log with which a key is saved as it is evicted, as a fraction
   *     of the memory's size
   * @param currentKey makes a key the one that the store works on
   */
  SlotStore(Storage storage, double foldThreshold, Consumer<Object> currentKey) {
    this.storage = storage;
    this.foldThreshold = foldThreshold;
    this.currentKey = currentKey;
  }

  /** Switches to another engine and another store. */
  void use(Engine nextEngine, FastWeightStore nextStore) {
    engine = nextEngine;
    pool = nextEngine.pool();
    store = nextStore;
    logs = new LogFormat(nextEngine.model());
    double memoryBytes = (double) storage.bytes() * pool.shape().floats();
    mostLogged = (int) (foldThreshold * memoryBytes / (Float.BYTES * logs.floats()));
  }

  /** Slots of the pool. */
  int count() {
    return pool.slots();
  }

  /** For a key's events that the store does not have yet. */
  PendingLog newLog() {
    return new PendingLog(logs, mostLogged);
  }

  /** For a memory that learns nothing. */
  PendingLog noLog() {
    return new PendingLog(logs, 0);
  }

  /** Loads the memories of keys into their slots, as many together as fit. */
  void load(List<HotKey> keys) throws Exception {
    List<SavedMemory> saved = new ArrayList<>();
    long floats = 0;
    for (HotKey hot : keys) {
      SavedMemory memory = load(hot);
      if (memory != null) {
        saved.add(memory);
        floats += (memory.base() == null ? 0 : pool.shape().floats());
        floats += (long) memory.events() * logs.floats();
      }
      if (floats > MOST_LOADED) {
        engine.restore(saved);
        saved.clear();
        floats = 0;
      }
    }
    if (!saved.isEmpty()) {
      engine.restore(saved);
    }
  }

  /** A key's memory in the store; null if there is none. */
  private SavedMemory load(HotKey hot) throws Exception {
    currentKey.accept(hot.key);
    StoredMemory stored = store.load();
    hot.fresh = stored == null;
    if (stored == null) {
      return null;
    }
    // The heap backend hands out what it holds.
    hot.lag = stored.lag().kept();
    hot.learned = hot.lag.timestamp();
    hot.events = stored.events();
    hot.logged = stored.logged();
    if (!logs.engineReplays(stored, storage)) {
      float[] weights = stored.replay(new LogReplay(engine.model()), pool.shape().floats());
      return new SavedMemory(hot.slot, weights, List.of());
    }
    List<LoggedEvents> log = stored.log().stream().map(LogChunk::events).toList();
    float[] base = stored.base() == null ? null : stored.base().sharedWeights();
    return new SavedMemory(hot.slot, base, log);
  }

  /**
   * Appends the key's new events to its log, or folds the log into a new base.
   *
   * @param longer factor by which the resulting log may be longer than that of an evicted key
   */
  void save(HotKey hot, int longer) throws Exception {
    if (hot.log.isEmpty()) {
      return;
    }
    currentKey.accept(hot.key);
    if (hot.reborn) {
      store.clear();
      hot.reborn = false;
    }
    int events = hot.log.events();
    // Beyond mostLogged the events are not kept, and would take more bytes than a base.
    if (events <= mostLogged && hot.logged + (long) events <= (long) longer * mostLogged) {
      hot.logged += events;
      appendedBytes += 4L * logs.floats() * events;
      store.append(hot.log.take(storage, hot.lag.kept(), hot.events));
      appends++;
    } else {
      float[] weights = new float[pool.shape().floats()];
      pool.read(hot.slot, weights, 0);
      store.fold(KeyMemory.of(storage, weights, hot.lag.kept(), hot.events));
      hot.logged = 0;
      hot.log.clear();
      folds++;
    }
  }

  /** Chunks appended to logs. */
  long appends() {
    return appends;
  }

  /** Bytes of these. */
  long appendedBytes() {
    return appendedBytes;
  }

  /** Logs folded into a base. */
  long folds() {
    return folds;
  }
}
