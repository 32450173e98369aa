package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.output.Figures;
import io.fastweights.state.savepoint.KeyFigures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** The figures of all keys in one; however many there are, it keeps only the busiest. */
final class MemorySummary implements Consumer<KeyFigures> {
  private static final Comparator<KeyFigures> BUSIEST =
      Comparator.comparingLong(KeyFigures::events).reversed().thenComparing(KeyFigures::key);

  /** Keys without a finite memory that are named. */
  private static final int MOST_LOST = 20;

  private final int most;
  private final PriorityQueue<KeyFigures> top = new PriorityQueue<>(BUSIEST.reversed());

  /** Keys by the binary digits of their events: 1, 2 to 3, 4 to 7, ... */
  private final long[] keysBySize = new long[Long.SIZE];

  private long keys;
  private long young;
  private long events;
  private long logged;
  private long baseBytes;
  private long logBytes;
  private long lost;
  private final List<String> lostKeys = new ArrayList<>();
  private double norms;
  private double largestNorm;

  /**
   * @param most keys to keep
   */
  MemorySummary(int most) {
    this.most = most;
  }

  @Override
  public void accept(KeyFigures key) {
    keys++;
    young += key.baseBytes() == 0 ? 1 : 0;
    events += key.events();
    logged += key.logged();
    baseBytes += key.baseBytes();
    logBytes += key.logBytes();
    if (key.isFinite()) {
      norms += key.norm();
      largestNorm = Math.max(largestNorm, key.norm());
    } else {
      lost++;
      if (lostKeys.size() < MOST_LOST) {
        lostKeys.add(key.key());
      }
    }
    keysBySize[Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, key.events()))]++;
    top.add(key);
    if (top.size() > most) {
      top.remove();
    }
  }

  /** The keys of most events, busiest first. */
  List<KeyFigures> top() {
    return top.stream().sorted(BUSIEST).toList();
  }

  /** Keys that have 2^i to 2^(i+1) - 1 events, for i from 0. */
  long[] keysBySize() {
    return keysBySize.clone();
  }

  /** Keys whose memories are not finite, at most {@value #MOST_LOST} of them. */
  List<String> lostKeys() {
    return lostKeys.stream().sorted().toList();
  }

  Figures figures() {
    return new Figures()
        .put("keys", keys)
        .put("keysWithoutBase", young)
        .put("events", events)
        .put("loggedEvents", logged)
        .put("baseBytes", baseBytes)
        .put("logBytes", logBytes)
        .put("notFinite", lost)
        .put("meanNorm", keys == lost ? 0 : norms / (keys - lost))
        .put("largestNorm", largestNorm);
  }
}
