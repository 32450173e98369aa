package io.fastweights.jobs.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * Delivered events over time. Results reach the client exactly once, in a burst at each checkpoint.
 * A rate is measured from the start of one burst to the start of the next.
 */
final class Throughput {
  private static final double SILENCE_SECONDS = 0.3;
  private static final double LEAST_SECONDS = 2;

  /**
   * @param seconds since the start
   * @param eventsPerSecond since the sample before
   */
  record Sample(double seconds, double eventsPerSecond) {}

  private record Burst(double start, long events) {}

  private final List<Burst> bursts = new ArrayList<>();
  private double start;
  private double latest;
  private long events;

  /** An event was delivered. */
  void add(double seconds) {
    if (events > 0 && seconds - latest > SILENCE_SECONDS) {
      bursts.add(new Burst(start, events));
      events = 0;
    }
    if (events == 0) {
      start = seconds;
    }
    latest = seconds;
    events++;
  }

  /** The rates so far; bursts that follow each other closely are taken together. */
  List<Sample> samples() {
    List<Burst> all = new ArrayList<>(bursts);
    if (events > 0) {
      all.add(new Burst(start, events));
    }
    for (int i = all.size() - 1; i > 0; i--) {
      Burst before = all.get(i - 1);
      if (all.get(i).start() - before.start() < LEAST_SECONDS) {
        all.set(i - 1, new Burst(all.get(i).start(), before.events() + all.get(i).events()));
        all.remove(i);
      }
    }
    List<Sample> samples = new ArrayList<>();
    double from = 0;
    for (Burst burst : all) {
      samples.add(new Sample(burst.start(), burst.events() / Math.max(1e-3, burst.start() - from)));
      from = burst.start();
    }
    return samples;
  }
}
