package io.fastweights.kernels.train;

import io.fastweights.kernels.train.measures.Metrics;
import java.time.Duration;

/** Loss and speed since the last report, and the time left. */
final class Pace {
  private final long firstStep;
  private final long steps;
  private final long start = System.nanoTime();
  private double loss;
  private long counted;
  private long events;
  private double lastLoss = Double.NaN;

  /**
   * @param firstStep steps made before this run
   * @param steps in all
   */
  Pace(long firstStep, long steps) {
    this.firstStep = firstStep;
    this.steps = steps;
  }

  /** The mean loss up to the last report; NaN before the first. */
  double lastLoss() {
    return lastLoss;
  }

  void add(double lossSum, StepGradient gradient) {
    loss += lossSum;
    counted += gradient.counted();
    events += gradient.events();
  }

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
