package io.fastweights.operator.cache;

import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.operator.model.Fading;
import org.apache.flink.annotation.Internal;

/** A key whose memory sits in a slot. */
@Internal
public final class HotKey extends Sieve.Entry<HotKey> {
  public final Object key;
  public final int slot;

  /** Bytes of the key and of what stands beside its memory. */
  final long bytes;

  /** The slot's content is void: the key has no memory yet. */
  public boolean fresh;

  /** Events learned in the slot that the state does not have yet. */
  final PendingLog log;

  /** Events in the state's log of the key. */
  int logged;

  /** The key's last observed event, filled again by the next one; null before the first. */
  public EncodedEvent lag;

  /** Observed events. */
  public long events;

  /**
   * Time of the last observed event, including the current batch; {@link Fading#NEVER} before the
   * first.
   */
  public long learned = Fading.NEVER;

  /** The state may hold an earlier life of the key, to be cleared before this one is saved. */
  boolean reborn;

  /** True if the key waits to be saved. */
  boolean unsaved;

  /** The batch in which it began to wait, or was last seen to be in use. */
  long waitsSince;

  /** No longer in a slot: saved, dropped or expired. */
  public boolean gone;

  /** A timer of the key is set. */
  public boolean watched;

  /** The batch that uses the slot now or used it last; 0 before the first. */
  long batch;

  /** Segment of the key in that batch. */
  public int segment;

  /** The key has learned an event. */
  public void observed(EncodedEvent event) {
    if (lag == null) {
      lag = new EncodedEvent();
    }
    lag.keep(event);
    events++;
  }

  HotKey(Object key, int slot, long bytes, PendingLog log) {
    this.key = key;
    this.slot = slot;
    this.bytes = bytes;
    this.log = log;
  }
}
