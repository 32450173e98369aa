package io.fastweights.operator.testkit;

import io.fastweights.operator.Trip;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/** Inputs of a job, taken by the plain loop and by the real job. */
public interface Inputs {
  /**
   * @param stamped true if the record has the event's time as timestamp
   */
  void event(Trip trip, boolean stamped) throws Exception;

  void watermark(long time) throws Exception;

  void status(WatermarkStatus status) throws Exception;

  /** New weights are sent. */
  void update(Update update) throws Exception;

  /** A day passes on the clock of the labels' ttl. */
  void day() throws Exception;

  /**
   * The job is stopped with a savepoint, from which another one goes on.
   *
   * @param drain true if the stop ends the input first, so that nothing waits any longer
   */
  void stop(boolean drain) throws Exception;

  /** Nothing follows; the last watermark has come. */
  void end() throws Exception;

  /** One of these. */
  interface Arrival {
    void at(Inputs inputs) throws Exception;
  }
}
