package io.fastweights.operator.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Buffers events in arrival order until their batch is executed. Owns and reuses the {@link
 * Pending} objects.
 */
final class Batcher<T> {
  private final List<Pending<T>> events = new ArrayList<>();
  private final int most;
  private int size;

  /** Processing time by which its events must be answered. */
  long deadline;

  Batcher(int most) {
    this.most = most;
  }

  /** The entry after the last, for the caller to fill and then to {@link #add}. */
  Pending<T> next() {
    if (size == events.size()) {
      events.add(new Pending<>());
    }
    return events.get(size);
  }

  /** Appends the entry that {@link #next} returned. */
  void add() {
    size++;
  }

  boolean isFull() {
    return size >= most;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  Pending<T> get(int i) {
    return events.get(i);
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      events.get(i).clear();
    }
    size = 0;
  }
}
