package io.fastweights.kernels.train;

import io.fastweights.kernels.model.SlowWeights;

/**
 * The result of training.
 *
 * @param weights those with the best validation loss; the last ones where nothing was validated
 * @param validation their metrics on the validation events, or null
 * @param steps steps made
 * @param end why it ended
 */
public record TrainResult(SlowWeights weights, Metrics validation, long steps, End end) {

  /** The reason that training ended. */
  public enum End {
    /** All steps were made. */
    COMPLETE,
    /** The validation loss had no new best for too long. */
    NO_PROGRESS
  }
}
