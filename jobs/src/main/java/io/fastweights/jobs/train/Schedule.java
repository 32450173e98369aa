package io.fastweights.jobs.train;

import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.List;

/**
 * Number of epochs, of keys per step and of their events. Defaults depend on the data: with the
 * sizes for some hundred thousand events, a few thousand events make too few steps.
 *
 * @param chunk events of a key that a step goes back through
 * @param lanes keys side by side in a step
 * @param epochs passes over all events
 * @param evaluationsPerEpoch scorings of the validation events in a pass
 * @param steps in all
 */
public record Schedule(
    int chunk, int lanes, double epochs, double evaluationsPerEpoch, long steps) {
  /** Steps that a small model needs to be useful. */
  static final long LEAST_STEPS = 400;

  private static final int MOST_CHUNK = 64;
  private static final int LEAST_CHUNK = 16;
  private static final int LEAST_EPOCH_STEPS = 8;
  private static final int MOST_LANES = 32;
  private static final double LEAST_EPOCHS = 10;
  private static final double STEPS_BETWEEN_EVALUATIONS = 25;

  /**
   * @param chunk null to fit the data
   * @param lanes null to fit the data
   * @param epochs null to fit the data
   */
  static Schedule of(List<EventSequence> train, Integer chunk, Integer lanes, Double epochs) {
    int length = chunk == null ? MOST_CHUNK : chunk;
    while (chunk == null && length > LEAST_CHUNK && chunks(train, length) < LEAST_EPOCH_STEPS) {
      length /= 2;
    }
    long chunks = chunks(train, length);
    // More lanes than keys would run the same events side by side.
    long keys = train.stream().filter(s -> s.length() > 0).count();
    long most = Math.min(MOST_LANES, keys);
    int fitting = (int) Math.max(1, Math.min(most, chunks / LEAST_EPOCH_STEPS));
    int wide = lanes == null ? fitting : lanes;
    long epoch = Math.max(1, chunks / Math.max(1, wide));
    double passes = epochs == null ? Math.max(LEAST_EPOCHS, (double) LEAST_STEPS / epoch) : epochs;
    return new Schedule(
        length,
        wide,
        passes,
        Math.min(1, epoch / STEPS_BETWEEN_EVALUATIONS),
        Math.max(1, Math.round(passes * epoch)));
  }

  private static long chunks(List<EventSequence> train, int length) {
    long chunks = 0;
    for (EventSequence s : train) {
      chunks += (s.length() + length - 1) / length;
    }
    return chunks;
  }

  /** The same with so many steps, scored after the last alone. */
  Schedule of(long steps) {
    double passes = epochs * steps / this.steps;
    return new Schedule(chunk, lanes, passes, 1 / passes, steps);
  }

  /** Sets the sizes. */
  public TrainOptions.Builder apply(TrainOptions.Builder options) {
    return options
        .chunk(chunk)
        .lanes(lanes)
        .epochs(epochs)
        .evaluationsPerEpoch(evaluationsPerEpoch);
  }
}
