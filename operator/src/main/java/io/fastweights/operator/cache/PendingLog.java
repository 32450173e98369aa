package io.fastweights.operator.cache;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.state.LogChunk;
import java.util.Arrays;

/**
 * The observed events of a hot key that its state does not have yet. Keeps their keys and deltas,
 * or values, and the decay before each, while a log of them could still be appended. Beyond that it
 * keeps only their number, as the memory will be folded.
 */
final class PendingLog {
  private static final float[] NONE = {};

  private final LogFormat format;
  private final int most;
  private float[] keys = NONE;
  private float[] learned = NONE;

  /** Empty while all are 1. */
  private float[] fades = NONE;

  private int events;

  /**
   * @param most events beyond which only their number is kept
   */
  PendingLog(LogFormat format, int most) {
    this.format = format;
    this.most = most;
  }

  boolean isEmpty() {
    return events == 0;
  }

  int events() {
    return events;
  }

  /**
   * Adds the event in a row of a completed batch. Copies it once: a device's deltas are most of the
   * bytes of an event.
   */
  void add(EventBatch batch, int row) {
    if (events < most) {
      int capacity = Math.min(most, Math.max(1, 2 * events));
      int keyAt = events * format.keys();
      int learnedAt = events * format.learned();
      keys = grown(keys, keyAt + format.keys(), capacity * format.keys());
      learned = grown(learned, learnedAt + format.learned(), capacity * format.learned());
      format.copy(batch, row, keys, keyAt, learned, learnedAt);
      addFade(batch.fade(row), capacity);
    } else {
      keys = NONE;
      learned = NONE;
      fades = NONE;
    }
    events++;
  }

  private void addFade(float fade, int capacity) {
    if (fade == 1 && fades == NONE) {
      return;
    }
    boolean first = fades == NONE;
    fades = grown(fades, events + 1, Math.max(capacity, events + 1));
    if (first) {
      Arrays.fill(fades, 0, events, 1f);
    }
    fades[events] = fade;
  }

  private static float[] grown(float[] array, int least, int size) {
    return array.length >= least ? array : Arrays.copyOf(array, size);
  }

  /**
   * Takes out the events as a chunk; at most {@code most} of them. Most keys have one event between
   * two saves, so that their arrays fit and are passed on without a copy.
   */
  LogChunk take(Storage storage, EncodedEvent lag, long total) {
    LoggedEvents logged =
        format.events(
            events,
            fitted(keys, events * format.keys()),
            fitted(learned, events * format.learned()),
            fades == NONE ? null : fitted(fades, events));
    clear();
    return new LogChunk(storage, logged.numberedFrom(total - logged.events() + 1), lag, total);
  }

  private static float[] fitted(float[] array, int size) {
    return array.length == size ? array : Arrays.copyOf(array, size);
  }

  /** Forgets the events; the state has them. */
  void clear() {
    events = 0;
    keys = NONE;
    learned = NONE;
    fades = NONE;
  }
}
