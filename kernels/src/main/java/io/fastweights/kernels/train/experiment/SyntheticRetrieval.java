package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.train.Adam;
import java.util.SplittableRandom;

/**
 * Trains on a {@link RetrievalTask} by the paper's protocol: batches of 32 fresh sequences, Adam at
 * 1e-3, 20 sequences scored every 100 steps, until their loss is at most 0.001 or has had no new
 * best for more than 10 evaluations.
 */
public final class SyntheticRetrieval {
  /** A loss at or below this counts as solved. */
  public static final double SOLVED = 0.001;

  private static final int BATCH = 32;
  private static final int EVALUATED = 20;
  private static final int EVALUATE_EVERY = 100;
  private static final int PATIENCE = 10;

  private SyntheticRetrieval() {}

  /**
   * What a run gave.
   *
   * @param bestLoss the lowest evaluation loss
   * @param lastLoss the last one
   * @param steps made
   */
  public record Result(RetrievalTask task, long seed, double bestLoss, double lastLoss, int steps) {
    /** Whether the task is learned. */
    public boolean solved() {
      return bestLoss <= SOLVED;
    }
  }

  /** Runs until it is solved or stuck. */
  public static Result run(RetrievalTask task, long seed) {
    RetrievalModel model = new RetrievalModel(task, seed);
    Adam adam = new Adam(model.slices(), 0.9f, 0.999f, 1e-8f, 0);
    SplittableRandom random = new SplittableRandom(~seed);
    double best = Double.POSITIVE_INFINITY;
    int withoutBest = 0;
    for (int step = 1; ; step++) {
      model.begin();
      for (int i = 0; i < BATCH; i++) {
        model.run(task.draw(random), 1f / BATCH);
      }
      model.end();
      adam.step(step, 1e-3f, 1, model.gradients, model.values);
      if (step % EVALUATE_EVERY == 0) {
        double loss = evaluate(model, task, random);
        withoutBest = loss < best ? 0 : withoutBest + 1;
        best = Math.min(best, loss);
        if (best <= SOLVED || withoutBest > PATIENCE) {
          return new Result(task, seed, best, loss, step);
        }
      }
    }
  }

  private static double evaluate(
      RetrievalModel model, RetrievalTask task, SplittableRandom random) {
    model.begin();
    double sum = 0;
    for (int i = 0; i < EVALUATED; i++) {
      sum += model.run(task.draw(random), 0);
    }
    return sum / EVALUATED;
  }
}
