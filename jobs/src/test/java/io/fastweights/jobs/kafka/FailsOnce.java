package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.operator.api.Prediction;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.functions.MapFunction;

/** Passes predictions on, and fails at some events the first time that it meets them. */
final class FailsOnce implements MapFunction<Prediction<Event>, Prediction<Event>> {
  private static final long serialVersionUID = 1L;

  /** The events it has failed at, by job; the cluster shares the JVM with the test. */
  private static final Set<String> FAILED = ConcurrentHashMap.newKeySet();

  private final String job;

  @SuppressWarnings("serial") // Set.copyOf makes serializable sets.
  private final Set<Long> times;

  /**
   * @param times of the events to fail at
   */
  FailsOnce(String job, Set<Long> times) {
    this.job = job;
    this.times = Set.copyOf(times);
  }

  static long failures(String job) {
    return FAILED.stream().filter(failed -> failed.startsWith(job + "@")).count();
  }

  @Override
  public Prediction<Event> map(Prediction<Event> prediction) {
    long time = prediction.timestamp();
    if (times.contains(time) && FAILED.add(job + "@" + time)) {
      throw new IllegalStateException("injected at " + time);
    }
    return prediction;
  }
}
