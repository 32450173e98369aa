package io.fastweights.operator.testkit;

import io.fastweights.operator.Trip;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/** What may come to a job: a plain loop takes it, and so does the real thing. */
public interface Inputs {
  /**
   * @param stamped whether it bears its time as timestamp
   */
  void event(Trip trip, boolean stamped) throws Exception;

  void watermark(long time) throws Exception;

  void status(WatermarkStatus status) throws Exception;

  /** New weights are sent. */
  void update(Update update) throws Exception;

  /** A day passes on the clock by which asks wait for their labels. */
  void day() throws Exception;

  /** Nothing follows; the last watermark has come. */
  void end() throws Exception;

  /** One of these. */
  interface Arrival {
    void at(Inputs inputs) throws Exception;
  }
}
