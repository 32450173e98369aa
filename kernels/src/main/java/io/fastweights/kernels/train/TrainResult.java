package io.fastweights.kernels.train;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.train.measures.Metrics;

/**
 * The result of training.
 *
 * @param weights those with the best validation metric; the last ones where nothing was validated
 * @param trainingLoss mean over the last steps that were reported; NaN where none was made
 * @param validation their metrics on the validation events, or null
 * @param steps steps made
 * @param keptAfter steps after which the weights were those that are returned
 * @param averaged true if they are an average of the weights over the steps before
 * @param end why it ended
 */
public record TrainResult(
    SlowWeights weights,
    double trainingLoss,
    Metrics validation,
    long steps,
    long keptAfter,
    boolean averaged,
    End end) {

  /** The reason that training ended. */
  public enum End {
    /** All steps were made. */
    COMPLETE,
    /** The validation metric had no new best for too long. */
    NO_PROGRESS
  }
}
