package io.fastweights.operator.sql;

import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.operator.cache.CacheSpace;
import io.fastweights.operator.cache.Sieve;
import io.fastweights.operator.metrics.MemoryCounts;
import io.fastweights.operator.runtime.EventStepper;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.table.api.dataview.ListView;
import org.apache.flink.types.Row;

/**
 * The memories of a subtask's keys, whose state is two list views: at most one base, and the events
 * logged since. Every observed event is written to state at once, as a process table function is
 * not notified of checkpoints. So slots of the engine's pool only save reads, and evicting a key
 * needs no write.
 *
 * <p>A list view's entries expire one by one, by the time they were written. A memory must expire
 * as a whole: entries live twice the time to live, the log is folded into a new base before its
 * oldest entry is older than one, and a memory whose last event is older counts as gone. A memory
 * with missing entries counts as gone too.
 */
final class RowMemories {
  private final EventStepper stepper;
  private final MemoryPool pool;
  private final StoredMemory.Format format;
  private final RowLog logged;
  private final int mostLogged;
  private final long timeToLive;
  private final Map<Object, KeySlot> slots = new HashMap<>();
  private final Sieve<KeySlot> order = new Sieve<>(key -> false);
  private final CacheSpace space = new CacheSpace(Storage.FP32, RowMemories::length);
  private long hits;
  private long misses;
  private long evictions;
  private long appends;
  private long folds;

  /** A key whose memory sits in a slot. */
  static final class KeySlot extends Sieve.Entry<KeySlot> {
    final int slot;
    private final Object key;
    private final long bytes;

    /** The slot's content is void: the key has no memory yet. */
    boolean fresh;

    /** The key's last observed event; null before the first. */
    EncodedEvent lag;

    private long events;
    private int logged;
    private long oldest;
    private long newest;

    KeySlot(Object key, long bytes, int slot) {
      this.key = key;
      this.bytes = bytes;
      this.slot = slot;
    }

    /** True before the first observed event. */
    boolean hasLearnedNothing() {
      return events == 0;
    }

    private void forget() {
      fresh = true;
      lag = null;
      events = 0;
      logged = 0;
    }
  }

  /**
   * @param foldThreshold the largest log, as a fraction of the memory's size
   * @param timeToLive milliseconds after its last observed event that a memory lives; 0 for no
   *     expiry
   */
  RowMemories(EventStepper stepper, double foldThreshold, long timeToLive) {
    this.stepper = stepper;
    this.pool = stepper.engine().pool();
    this.logged = new RowLog(stepper.engine().model());
    this.format = new StoredMemory.Format(pool.shape(), logged, stepper.recipe());
    this.mostLogged = (int) (foldThreshold * pool.shape().floats() / logged.floats());
    this.timeToLive = timeToLive;
    space.use(pool);
    stepper.observe(
        new MemoryCounts(
            pool::slots,
            this::size,
            () -> hits,
            () -> misses,
            () -> evictions,
            () -> appends,
            () -> 4L * logged.floats() * appends,
            () -> folds));
  }

  /**
   * A key's slot, loaded if need be.
   *
   * @param base the key's base
   * @param log the key's log
   * @param now processing time in milliseconds
   */
  KeySlot get(Object key, ListView<byte[]> base, ListView<byte[]> log, long now) throws Exception {
    KeySlot slot = slots.get(key);
    if (slot == null) {
      misses++;
      slot = add(key);
      load(slot, base, log);
    } else {
      hits++;
      order.hit(slot);
    }
    if (timeToLive > 0 && slot.lag != null && now - slot.newest >= timeToLive) {
      base.clear();
      log.clear();
      slot.forget();
    }
    return slot;
  }

  private KeySlot add(Object key) {
    long bytes = space.bytes(key);
    while (!space.fits(bytes) && order.size() > 0) {
      evict();
    }
    int slot = space.takeSlot();
    if (slot == CacheSpace.NONE) {
      evict();
      slot = space.takeSlot();
    }
    KeySlot added = new KeySlot(key, bytes, slot);
    slots.put(key, added);
    order.add(added);
    space.add(bytes);
    return added;
  }

  private void evict() {
    KeySlot victim = order.victim();
    order.remove(victim);
    slots.remove(victim.key);
    space.remove(victim.bytes);
    space.free(victim.slot);
    evictions++;
  }

  /** An estimate of the bytes of a key on the heap. */
  private static int length(Object key) {
    int bytes = 0;
    if (key instanceof Row columns) {
      for (int i = 0; i < columns.getArity(); i++) {
        bytes += length(columns.getField(i));
      }
    } else if (key instanceof CharSequence text) {
      bytes = text.length();
    } else {
      bytes = key instanceof byte[] binary ? binary.length : Long.BYTES;
    }
    return bytes;
  }

  /** Keys in slots. */
  int size() {
    return order.size();
  }

  private void load(KeySlot slot, ListView<byte[]> base, ListView<byte[]> log) throws Exception {
    slot.forget();
    for (byte[] bytes : base.get()) {
      StoredMemory stored = format.readBase(bytes);
      pool.write(slot.slot, stored.floats(), 0);
      slot.events = stored.events();
      slot.oldest = stored.written();
      take(slot, stored);
    }
    for (byte[] bytes : log.get()) {
      StoredMemory stored = format.readLogged(bytes);
      if (stored.events() != slot.events + 1) {
        base.clear();
        log.clear();
        slot.forget();
        return;
      }
      replay(slot, stored);
    }
  }

  private void replay(KeySlot slot, StoredMemory stored) {
    if (slot.fresh) {
      pool.zero(slot.slot);
      slot.oldest = stored.written();
    }
    stepper.engine().replay(slot.slot, logged.events(stored.floats(), stored.fade()));
    slot.logged++;
    take(slot, stored);
  }

  private void take(KeySlot slot, StoredMemory stored) {
    slot.fresh = false;
    slot.lag = stored.lag();
    slot.events = stored.events();
    slot.newest = stored.written();
  }

  /** Writes the event that the stepper processed last to state. */
  void learned(
      KeySlot slot, EncodedEvent event, ListView<byte[]> base, ListView<byte[]> log, long now)
      throws Exception {
    boolean first = slot.events == 0;
    slot.lag = event.asLag();
    slot.events++;
    slot.newest = now;
    if (first) {
      slot.oldest = now;
    }
    boolean old = timeToLive > 0 && now - slot.oldest >= timeToLive;
    if (slot.logged < mostLogged && !old) {
      log.add(logged(slot, now));
      slot.logged++;
      appends++;
    } else {
      float[] weights = new float[pool.shape().floats()];
      pool.read(slot.slot, weights, 0);
      base.clear();
      base.add(format.write(new StoredMemory(now, slot.events, slot.lag, 1, weights)));
      log.clear();
      slot.logged = 0;
      slot.oldest = now;
      folds++;
    }
  }

  private byte[] logged(KeySlot slot, long now) throws IOException {
    float[] floats = logged.floats(stepper.stepped());
    return format.write(new StoredMemory(now, slot.events, slot.lag, stepper.fade(), floats));
  }
}
