package io.fastweights.kernels.train;

import io.fastweights.kernels.train.measures.Metrics;
import java.time.Duration;

/**
 * Progress of training.
 *
 * @param step steps done
 * @param steps steps in all
 * @param loss mean loss of the training events since the last report; NaN if none counted
 * @param validation the metrics of the validation events, where they were scored after this step
 * @param best true if they are the best so far
 * @param eventsPerSecond events trained on
 * @param left until the last step, at the pace so far
 */
public record TrainProgress(
    long step,
    long steps,
    double loss,
    Metrics validation,
    boolean best,
    double eventsPerSecond,
    Duration left) {

  /** Takes reports; called on the thread that trains. */
  @FunctionalInterface
  public interface Listener {
    void on(TrainProgress progress);
  }
}
