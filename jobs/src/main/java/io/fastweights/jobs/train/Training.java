package io.fastweights.jobs.train;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainResult;
import io.fastweights.kernels.train.Trainer;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The training of one model: the events, the schema and how they are gone through. */
final class Training {
  private static final int CHECKPOINT_STEPS = 100;

  /** Events below which even a small model learns its few examples by heart. */
  private static final int FEW_EVENTS = 200;

  /** Events below which a metric's deviation is above a tenth. */
  private static final int FEW_SCORED = 25;

  /** Options of the command. */
  record Recipe(
      ModelSizes sizes, OptimiserOptions optimiser, HoldOut holdOut, LearningOptions learning) {}

  private final Recipe recipe;
  private final Schema schema;
  private final Validation split;
  private final Schedule schedule;

  private Training(Recipe recipe, Schema schema, Validation split, Schedule schedule) {
    this.recipe = recipe;
    this.schema = schema;
    this.split = split;
    this.schedule = schedule;
  }

  static Training of(Recipe recipe, Schema schema, Validation split) {
    return new Training(recipe, schema, split, recipe.optimiser().schedule(split.train()));
  }

  /** The learning rate that is given, or the best of a few. */
  double rate(PrintWriter printer) throws IOException {
    double given = recipe.optimiser().learningRate();
    long budget = recipe.optimiser().tuningSteps(schedule.steps());
    if (budget == 0) {
      return given;
    }
    if (split.held().isEmpty()) {
      throw new IllegalArgumentException("--tune needs validation events, --validation gives none");
    }
    return RateSweep.run(
        given,
        budget,
        recipe.holdOut().stopMetric(),
        (rate, steps) -> shortened(steps).metrics(rate),
        printer);
  }

  private Training shortened(long steps) {
    return new Training(recipe, schema, split, schedule.of(steps));
  }

  private Metrics metrics(double rate) throws IOException {
    return trainer(options(rate).build()).run(progress -> {}).validation();
  }

  /** Options of the training, with a file for its state. */
  TrainOptions options(double rate, Path state) {
    return options(rate).checkpoint(state, CHECKPOINT_STEPS).build();
  }

  private TrainOptions.Builder options(double rate) {
    TrainOptions.Builder options = schedule.apply(recipe.learning().apply(TrainOptions.builder()));
    TrainOptions.Builder optimised =
        recipe.optimiser().apply(options, schema.target(), split.train());
    return recipe.holdOut().apply(optimised).learningRate(rate);
  }

  Trainer trainer(TrainOptions options) {
    ModelConfig model = recipe.sizes().model(schema.target().dim());
    return new Trainer(model, schema, split.train(), split.held(), options);
  }

  /**
   * Trains from the start on all events, with the learning rates of a whole training, up to the
   * share of its steps after which the chosen weights were the best.
   *
   * @param state file for the state of the training, or null
   */
  TrainResult refit(
      List<EventSequence> all, TrainResult chosen, double rate, Path state, PrintWriter printer)
      throws IOException {
    Training whole = new Training(recipe, schema, new Validation(all, List.of()), schedule);
    TrainOptions.Builder options =
        whole
            .options(rate)
            .until(Math.min(1, chosen.keptAfter() / (double) schedule.steps()))
            .checkpoint(state, CHECKPOINT_STEPS);
    if (!chosen.averaged()) {
      options.averaging(0);
    }
    return whole.trainer(options.build()).run(new ProgressLine(printer));
  }

  /** Says what will be trained, and what may be too little. */
  void say(Path file, PrintWriter printer) {
    printer.printf(
        Locale.ROOT,
        "%,d steps of %d keys side by side, %d events of each; the best weights so far are in"
            + " %s%n",
        schedule.steps(),
        schedule.lanes(),
        schedule.chunk(),
        file);
    if (schedule.steps() < Schedule.LEAST_STEPS) {
      printer.printf(
          Locale.ROOT,
          "note: %,d steps are few, %d are a beginning: more --epochs or fewer --lanes%n",
          schedule.steps(),
          Schedule.LEAST_STEPS);
    }
    note(printer, "too few to learn from: expect a model of use", split.train(), FEW_EVENTS);
    if (!split.held().isEmpty()) {
      note(
          printer,
          "too few to validate: scores tell good weights from bad ones",
          split.held(),
          FEW_SCORED);
    }
    printer.flush();
  }

  /** Says that events are fewer than what they are needed for. */
  private static void note(
      PrintWriter printer, String what, List<EventSequence> sequences, int least) {
    int counted = sequences.stream().mapToInt(EventSequence::counted).sum();
    if (counted < least) {
      printer.printf(
          Locale.ROOT,
          "note: %,d events with a target are %s from some %d on%n",
          counted,
          what,
          least);
    }
  }
}
