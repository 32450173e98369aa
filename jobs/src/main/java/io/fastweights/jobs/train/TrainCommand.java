package io.fastweights.jobs.train;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.OutputFile;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.pipeline.PairId;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SecondStage;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainResult;
import io.fastweights.kernels.train.Trainer;
import io.fastweights.kernels.train.measures.ConstantGuess;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.measures.StopMetric;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fastweights train}: slow weights from the events of files. */
@Command(
    name = "train",
    description = "Train a model's slow weights on the events of files.",
    footer = {
      "",
      "Takes the files and the schema that 'run' takes, and writes weights that 'run' takes. The",
      "same seed gives the same bits on one engine, whatever the threads. Whenever the validation",
      "events score better than before the weights are written, without --validation every 100",
      "steps. With --checkpoint a run that was killed goes on where it was when it is started",
      "again.",
      "With two keys a second model is trained after the first one, on events by their second keys",
      "with the first one's answers. Its weights are written beside --out, with -second in the name;",
      "its scores are those of both."
    })
public final class TrainCommand implements Callable<Integer> {
  private static final int CHECKPOINT_STEPS = 100;

  /** Events below which even a small model learns its few examples by heart. */
  private static final int FEW_EVENTS = 200;

  /** Events below which a metric's deviation is above a tenth. */
  private static final int FEW_SCORED = 25;

  @Option(
      names = "--events",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files of events, folders of them, or patterns, as run takes them.")
  private List<Path> events;

  @Option(
      names = "--schema",
      required = true,
      paramLabel = "FILE",
      description =
          "The schema of the events, JSON. A class target may leave out its classes: those of the events"
              + " are taken.")
  private Path schemaFile;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Takes the weights, safetensors, with the schema in it.")
  private Path out;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "Keeps the state of training, to go on from after a failure.")
  private Path checkpoint;

  @Mixin private ModelSizes sizes;

  @Mixin private OptimiserOptions optimiser;

  @Mixin private HoldOut holdOut;

  @Mixin private LearningOptions learning;

  @Override
  public Integer call() throws Exception {
    holdOut.check();
    optimiser.check();
    OutputFile.prepare("--out", out);
    OutputFile.prepare("--checkpoint", checkpoint);
    learning.prepare();
    PrintWriter printer = learning.out();
    Schema schema =
        TrainingConstants.of(events, TrainingSchema.read(schemaFile, events, printer), printer);
    TrainingEvents read = TrainingEvents.read(events, schema, printer);
    Validation split = holdOut.split(read.sequences(), schema, printer);
    printer.printf(Locale.ROOT, "%,d events of %,d keys%n", read.events(), read.sequences().size());
    if (read.malformed() > 0) {
      printer.println(read.refusals());
    }
    Figures figures = new Figures().put("events", read.events()).put("malformed", read.malformed());
    Path second = JobModel.secondFile(out);
    if (schema.secondKey() != null) {
      // Weights of an earlier run would be taken for those of this one.
      Files.deleteIfExists(second);
    }
    SlowWeights weights = stage(schema, split, out, Map.of(), checkpoint, figures, printer);
    if (schema.secondKey() != null) {
      Map<String, String> pair = PairId.of(weights);
      new WeightsFile(weights, pair).write(out);
      Validation pairs =
          holdOut.splitPairs(read.pairs(), split, weights, schema, learning.threads(), printer);
      printer.printf(
          Locale.ROOT, "second key %s: %,d keys%n", schema.secondKey(), pairs.train().size());
      Path state = checkpoint == null ? null : JobModel.secondFile(checkpoint);
      Figures last = new Figures().put("events", read.events()).put("malformed", read.malformed());
      stage(new SecondStage(schema).schema(), pairs, second, pair, state, last, printer);
      figures = last;
    }
    learning.write(figures);
    return 0;
  }

  /** Trains one model and writes its weights with this metadata. */
  private SlowWeights stage(
      Schema schema,
      Validation split,
      Path file,
      Map<String, String> metadata,
      Path state,
      Figures figures,
      PrintWriter printer)
      throws IOException {
    Training training = new Training(schema, split, optimiser.schedule(split.train()), file);
    double rate = rate(training, printer);
    training.say(printer);
    TrainOptions options = training.options(rate).checkpoint(state, CHECKPOINT_STEPS).build();
    TrainResult result =
        training
            .trainer(options)
            .keep(weights -> new WeightsFile(weights, metadata).write(file))
            .run(new ProgressLine(printer));
    new WeightsFile(result.weights(), metadata).write(file);
    report(printer, file, result, figures);
    figures.put("learning_rate", rate);
    if (options.stopMetric() == StopMetric.LOSS) {
      ConstantGuess guess =
          ConstantGuess.of(schema.target(), split.train(), options.classWeights());
      judge(printer, result, guess.loss(split.held()));
    }
    return result.weights();
  }

  /** The learning rate that is given, or the best of a few. */
  private double rate(Training training, PrintWriter printer) throws IOException {
    long budget = optimiser.tuningSteps(training.schedule.steps());
    if (budget == 0) {
      return optimiser.learningRate();
    }
    if (training.split.held().isEmpty()) {
      throw new IllegalArgumentException("--tune needs validation events, --validation gives none");
    }
    return RateSweep.run(
        optimiser.learningRate(),
        budget,
        holdOut.stopMetric(),
        (rate, steps) -> training.shortened(steps).metrics(rate),
        printer);
  }

  /** The events, the schema and how they are gone through. */
  private final class Training {
    private final Schema schema;
    private final Validation split;
    private final Schedule schedule;
    private final Path file;

    Training(Schema schema, Validation split, Schedule schedule, Path file) {
      this.schema = schema;
      this.split = split;
      this.schedule = schedule;
      this.file = file;
    }

    Training shortened(long steps) {
      return new Training(schema, split, schedule.of(steps), file);
    }

    TrainOptions.Builder options(double rate) {
      TrainOptions.Builder options = schedule.apply(learning.apply(TrainOptions.builder()));
      return holdOut
          .apply(optimiser.apply(options, schema.target(), split.train()))
          .learningRate(rate);
    }

    Trainer trainer(TrainOptions options) {
      ModelConfig model = sizes.model(schema.target().dim());
      return new Trainer(model, schema, split.train(), split.held(), options);
    }

    Metrics metrics(double rate) throws IOException {
      return trainer(options(rate).build()).run(progress -> {}).validation();
    }

    void say(PrintWriter printer) {
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

  /** Says that a model is of no use, which its metrics alone do not. */
  private static void judge(PrintWriter printer, TrainResult result, double guess) {
    if (result.validation() != null && !(result.validation().loss() < guess)) {
      printer.printf(
          Locale.ROOT,
          "note: validation loss %.4f, one answer for every event has %.4f: the model has learned"
              + " nothing of use; it may need more events, other fields or more steps%n",
          result.validation().loss(),
          guess);
    }
  }

  private static void report(PrintWriter printer, Path file, TrainResult result, Figures figures) {
    figures.put("steps", result.steps()).put("loss", result.trainingLoss());
    String scores = "; not validated";
    if (result.validation() != null) {
      figures.put("validation.loss", result.validation().loss());
      result.validation().values().forEach((name, v) -> figures.put("validation." + name, v));
      scores = "; validation " + ProgressLine.text(result.validation());
    }
    printer.printf(
        Locale.ROOT,
        "%s after %,d steps; training loss %.4f%s%n",
        result.end(),
        result.steps(),
        result.trainingLoss(),
        scores);
    printer.println("weights: " + file);
  }
}
