package io.fastweights.jobs.train;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of the optimiser and of what a step is made of. */
public final class OptimiserOptions {
  @Option(
      names = "--epochs",
      paramLabel = "N",
      description =
          "Passes over the events (default: 10, more where that were fewer than 400 steps).")
  private Double epochs;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "0.002",
      description = "Of AdamW after the warm-up (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--tune",
      paramLabel = "BUDGET",
      description =
          "First try five learning rates, from a quarter to four times the given one, and take the"
              + " best by the validation events. The budget is in steps, or below 1 a share of the"
              + " training's steps.")
  private Double tune;

  @Option(
      names = "--warm-up",
      paramLabel = "SHARE",
      defaultValue = "0.05",
      description =
          "Share of the steps in which the learning rate rises (default: ${DEFAULT-VALUE}).")
  private double warmUp;

  @Option(
      names = "--weight-decay",
      paramLabel = "DECAY",
      defaultValue = "0.01",
      description = "Of AdamW, on matrices and embeddings (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--clip",
      paramLabel = "LENGTH",
      defaultValue = "1",
      description = "Largest length of a step's gradient (default: ${DEFAULT-VALUE}).")
  private double clip;

  @Option(
      names = "--average",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description =
          "Share of the steps that an average of the weights reaches back, which is kept where it is"
              + " no worse than the last step's weights; 0 for none (default: ${DEFAULT-VALUE}).")
  private double average;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description =
          "Events of a key that a step goes back through (default: 64, fewer where events are few).")
  private Integer chunk;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      description = "Keys side by side in a step (default: 32, fewer where events are few).")
  private Integer lanes;

  @Option(
      names = "--dropout",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "Share of a block's outputs that a step drops (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--class-weights",
      paramLabel = "WEIGHTS",
      defaultValue = "none",
      description =
          "Factors of the losses of classes: none, balanced (each class counts as much as any"
              + " other), or CLASS=FACTOR,... of some, true and false of a binary target."
              + " Probabilities are then those of events weighted so (default: ${DEFAULT-VALUE}).")
  private String classWeights;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = {
        "What runs the memories and their gradients: ${COMPLETION-CANDIDATES} (default:",
        "${DEFAULT-VALUE}). The rest runs on the CPU."
      })
  private Device engine;

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public void check() {
    check("--chunk", chunk);
    check("--lanes", lanes);
    if (tune != null && !(tune > 0)) {
      throw new IllegalArgumentException("--tune is " + tune + ", must be above 0");
    }
  }

  private static void check(String flag, Integer value) {
    if (value != null && value < 1) {
      throw new IllegalArgumentException(flag + " is " + value + ", must be at least 1");
    }
  }

  double learningRate() {
    return learningRate;
  }

  /** True if a learning rate is to be chosen. */
  public boolean tunes() {
    return tune != null;
  }

  /** Steps for the choice of the learning rate; 0 for none. */
  long tuningSteps(long steps) {
    return tune == null ? 0 : Math.round(tune < 1 ? tune * steps : tune);
  }

  /** Sizes that fit the events, where none are given. */
  public Schedule schedule(List<EventSequence> train) {
    return Schedule.of(train, chunk, lanes, epochs);
  }

  /** Sets the options of the optimiser. */
  public TrainOptions.Builder apply(
      TrainOptions.Builder options, Target target, List<EventSequence> train) {
    return options
        .learningRate(learningRate)
        .warmup(warmUp)
        .weightDecay(weightDecay)
        .clip(clip)
        .averaging(average)
        .attentionDropout(dropout)
        .feedForwardDropout(dropout)
        .classWeights(ClassWeights.parse(classWeights, target, train))
        .engine(engine);
  }
}
