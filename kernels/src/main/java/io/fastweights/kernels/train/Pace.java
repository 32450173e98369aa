package io.fastweights.kernels.train;

import io.fastweights.kernels.train.measures.Metrics;
import java.time.Duration;

/** Loss and speed of a training since its last report, and the time left. */
final class Pace {
  private final long firstStep;
  private final long steps;
  private final long start = System.nanoTime();
  private double loss;
  private long counted;
  private long events;
  private double lastLoss = Double.NaN;

  /**
   * @param firstStep steps that were made before, in a run that is resumed
   * @param steps of the whole training
   */
  Pace(long firstStep, long steps) {
    this.firstStep = firstStep;
    this.steps = steps;
  }

  void add(double lossSum, StepGradient gradient) {
    loss += lossSum;
    counted += gradient.counted();
    events += gradient.events();
  }

  /** Mean loss of the events of the last report; NaN before one. */
  double lastLoss() {
    return lastLoss;
  }

  /**
   * @param validation null if the events of the validation were not scored
   * @param best true if they are the best so far
   */
  TrainProgress report(long step, Metrics validation, boolean best) {
    double seconds = (System.nanoTime() - start) / 1e9;
    double perStep = seconds / (step - firstStep);
    lastLoss = counted == 0 ? lastLoss : loss / counted;
    TrainProgress progress =
        new TrainProgress(
            step,
            steps,
            counted == 0 ? Double.NaN : loss / counted,
            validation,
            best,
            events / seconds,
            Duration.ofMillis(Math.round(1000 * perStep * (steps - step))));
    loss = 0;
    counted = 0;
    return progress;
  }
}
