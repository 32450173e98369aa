package io.fastweights.jobs.output;

import io.fastweights.jobs.pipeline.EventPipeline;
import java.util.List;

/** Sink of a job's predictions and of rejected events. */
public interface ResultSink {
  /** Format of the predictions. */
  RowFormat format();

  /**
   * Checks the destination before the job runs.
   *
   * @throws IllegalArgumentException if it cannot be written to; the message names it
   */
  void check() throws Exception;

  /**
   * Adds the writing to the job.
   *
   * @param rows makes rows of predictions
   * @param paths of the files that events came from, by their numbers
   */
  void write(EventPipeline results, PredictionRows rows, List<String> paths) throws Exception;

  /** The place, as a user would name it. */
  String place();
}
