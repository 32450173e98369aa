package io.fastweights.jobs.train;

import io.fastweights.kernels.train.TrainOptions;
import picocli.CommandLine.Option;

/** {@link ScoringOptions} of a command that learns slow weights. */
public final class LearningOptions extends ScoringOptions {
  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of all that is random; the same gives the same bits (default: 1).")
  private long seed;

  public long seed() {
    return seed;
  }

  public TrainOptions.Builder apply(TrainOptions.Builder options) {
    return options.seed(seed).threads(threads());
  }
}
