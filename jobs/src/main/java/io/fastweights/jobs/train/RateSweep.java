package io.fastweights.jobs.train;

import io.fastweights.kernels.train.TrainingDivergedException;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.measures.StopMetric;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Chooses the learning rate by short trainings, each with a warm-up and a decay of its own, scored
 * on the validation events alone.
 */
final class RateSweep {
  static final double[] FACTORS = {0.25, 0.5, 1, 2, 4};

  /** Steps below which a training is mostly warm-up and says little of a rate. */
  private static final long LEAST_STEPS = 20;

  private RateSweep() {}

  /** A short training. */
  interface Training {
    /** The metrics of the validation events after so many steps. */
    Metrics run(double rate, long steps) throws IOException;
  }

  /**
   * Tries the factors of a rate and prints a table.
   *
   * @param budget steps of all trainings together
   * @return the best rate; the given one if none was finite
   * @throws IllegalArgumentException if the budget is too small
   */
  static double run(double rate, long budget, StopMetric metric, Training training, PrintWriter out)
      throws IOException {
    long steps = budget / FACTORS.length;
    if (steps < LEAST_STEPS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--tune gives %d learning rates %d steps each, must be at least %d",
              FACTORS.length,
              steps,
              LEAST_STEPS));
    }
    double best = rate;
    double least = Double.POSITIVE_INFINITY;
    out.printf(Locale.ROOT, "learning rate  validation after %,d steps%n", steps);
    for (double factor : FACTORS) {
      String text = "diverged";
      try {
        Metrics metrics = training.run(factor * rate, steps);
        text = ProgressLine.text(metrics);
        if (metric.cost(metrics) < least) {
          least = metric.cost(metrics);
          best = factor * rate;
        }
      } catch (TrainingDivergedException e) {
        // The table says so.
      }
      out.printf(Locale.ROOT, "%-13s  %s%n", factor * rate, text);
      out.flush();
    }
    out.printf(Locale.ROOT, "taken: %s%n", best);
    return best;
  }
}
