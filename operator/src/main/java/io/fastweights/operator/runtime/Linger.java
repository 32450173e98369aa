package io.fastweights.operator.runtime;

import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/** The timer of the events that have waited longest for their batch. */
final class Linger {
  private final long millis;
  private final ProcessingTimeService time;
  private final ProcessingTimeCallback due;
  private ScheduledFuture<?> timer;

  /**
   * @param millis that an event waits for its batch; 0 for batches of one event
   * @param due called in the task's thread, which then calls {@link #fired}
   */
  Linger(long millis, ProcessingTimeService time, ProcessingTimeCallback due) {
    this.millis = millis;
    this.time = time;
    this.due = due;
  }

  /** True if events do not wait for others. */
  boolean isOff() {
    return millis == 0;
  }

  /** Processing time by which an event that comes now must be answered. */
  long deadline() {
    return time.getCurrentProcessingTime() + millis;
  }

  /**
   * Sets a timer for the deadline of the events that have waited longest. An existing timer fires
   * no later and is kept, even if its events were answered since: a new timer for every full batch
   * would wake a thread each time.
   */
  void start(BatchRunner<?> runner) {
    if (timer == null) {
      Batcher<?> waiting = runner.longestWaiting();
      if (!waiting.isEmpty()) {
        timer = time.registerTimer(waiting.deadline, due);
      }
    }
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  /**
   * The timer has fired.
   *
   * @return the processing time: a kept timer may fire late, when other events are due
   */
  long fired(long at) {
    timer = null;
    return Math.max(at, time.getCurrentProcessingTime());
  }
}
