package io.fastweights.jobs.experiment.retrieval;

import io.fastweights.jobs.experiment.retrieval.RetrievalTask.Pairs;
import io.fastweights.kernels.train.Adam;
import java.util.SplittableRandom;

/**
 * Trains on a {@link RetrievalTask} by the protocol of the paper's program: batches of 32 fresh
 * sequences, Adam at 1e-3; every 100 steps 20 sequences are scored, until their loss is at most
 * 0.001 or has had no new best for more than 10 evaluations.
 *
 * <p>An evaluation asks for every key of its sequences, so a key that came often counts no more
 * than one that came once; and its sequences are of N pairs, in setting 2 half of what is trained
 * on. Both make setting 2 easier: the sum rule's losses there are about half of what they are on
 * the sequences of the training.
 */
public final class SyntheticRetrieval {
  /** A loss at or below this counts as solved. */
  public static final double SOLVED = 0.001;

  private static final int BATCH = 32;
  private static final int EVALUATED = 20;
  private static final int EVALUATE_EVERY = 100;
  private static final int MOST_QUERIES = 200;
  private static final int PATIENCE = 10;
  private static final float RATE = 1e-3f;

  private SyntheticRetrieval() {}

  /**
   * Results of a run.
   *
   * @param bestLoss the lowest evaluation loss
   * @param steps made
   */
  public record Result(RetrievalTask task, double bestLoss, int steps) {
    /** True if the task is learned. */
    public boolean solved() {
      return bestLoss <= SOLVED;
    }
  }

  /** Runs until it is solved or stuck. */
  public static Result run(RetrievalTask task, long seed) {
    RetrievalModel model = new RetrievalModel(task, seed);
    Adam adam = new Adam(model.weights.slices(), 0.9f, 0.999f, 1e-8f, 0);
    SplittableRandom random = new SplittableRandom(~seed);
    double best = Double.POSITIVE_INFINITY;
    int withoutBest = 0;
    for (int step = 1; ; step++) {
      model.weights.begin();
      model.refresh(random);
      for (int i = 0; i < BATCH; i++) {
        Pairs pairs = task.draw(random);
        model.learn(pairs, pairs.keys()[random.nextInt(pairs.length())], 1f / BATCH);
      }
      model.weights.end();
      adam.step(step, RATE, 1, model.weights.gradients, model.weights.values);
      if (step % EVALUATE_EVERY == 0) {
        double loss = evaluate(model, task, random);
        withoutBest = loss < best ? 0 : withoutBest + 1;
        best = Math.min(best, loss);
        if (best <= SOLVED || withoutBest > PATIENCE) {
          return new Result(task, best, step);
        }
      }
    }
  }

  private static double evaluate(
      RetrievalModel model, RetrievalTask task, SplittableRandom random) {
    model.weights.begin();
    double sum = 0;
    for (int i = 0; i < EVALUATED; i++) {
      model.refresh(random);
      sum += model.lossOfAll(task.drawEvaluated(random), MOST_QUERIES);
    }
    return sum / EVALUATED;
  }
}
