package io.fastweights.jobs.train;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.OutputFile;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.pipeline.PairId;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SecondStage;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainResult;
import io.fastweights.kernels.train.measures.ConstantGuess;
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
      "steps. In the end all events are learned, the held-out ones too; --no-refit leaves it at the",
      "weights that were scored. With --checkpoint a run that was killed goes on where it was when",
      "it is started again.",
      "With two keys a second model is trained after the first one, on events by their second keys",
      "with the first one's answers. Its weights are written beside --out, with -second in the name;",
      "its scores are those of both."
    })
public final class TrainCommand implements Callable<Integer> {
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
    List<EventSequence> all = holdOut.refits(schema) ? read.sequences() : List.of();
    Output output = new Output(out, Map.of(), checkpoint);
    SlowWeights weights = stage(schema, split, all, output, figures, printer);
    if (schema.secondKey() != null) {
      Map<String, String> pair = PairId.of(weights);
      new WeightsFile(weights, pair).write(out);
      Validation pairs =
          holdOut.splitPairs(read.pairs(), split, weights, schema, learning.threads(), printer);
      printer.printf(
          Locale.ROOT, "second key %s: %,d keys%n", schema.secondKey(), pairs.train().size());
      Path state = checkpoint == null ? null : JobModel.secondFile(checkpoint);
      output = new Output(second, pair, state);
      Figures last = new Figures().put("events", read.events()).put("malformed", read.malformed());
      stage(new SecondStage(schema).schema(), pairs, List.of(), output, last, printer);
      figures = last;
    }
    learning.write(figures);
    return 0;
  }

  /**
   * Where a model goes.
   *
   * @param file of the weights
   * @param metadata beside them
   * @param state file of the training's state, or null
   */
  private record Output(Path file, Map<String, String> metadata, Path state) {
    void write(SlowWeights weights) throws IOException {
      new WeightsFile(weights, metadata).write(file);
    }

    /** The file of the second training's state. */
    Path refitState() {
      return state == null ? null : state.resolveSibling(state.getFileName() + ".refit");
    }
  }

  /**
   * Trains one model and writes its weights.
   *
   * @param all events to learn at last; empty if the weights that were validated are to be kept
   */
  private SlowWeights stage(
      Schema schema,
      Validation split,
      List<EventSequence> all,
      Output output,
      Figures figures,
      PrintWriter printer)
      throws IOException {
    Training training =
        Training.of(new Training.Recipe(sizes, optimiser, holdOut, learning), schema, split);
    double rate = training.rate(printer);
    training.say(output.file(), printer);
    TrainOptions options = training.options(rate, output.state());
    TrainResult result =
        training.trainer(options).keep(output::write).run(new ProgressLine(printer));
    output.write(result.weights());
    report(printer, result, figures);
    figures.put("learning_rate", rate);
    if (options.stopMetric() == StopMetric.LOSS) {
      ConstantGuess guess =
          ConstantGuess.of(schema.target(), split.train(), options.classWeights());
      judge(printer, result, guess.loss(split.held()));
    }
    if (!all.isEmpty() && result.validation() != null) {
      result = training.refit(all, result, rate, output.refitState(), printer);
      output.write(result.weights());
      figures.put("refit.steps", result.steps()).put("refit.loss", result.trainingLoss());
      printer.printf(
          Locale.ROOT,
          "trained on all events: %,d steps; training loss %.4f%n",
          result.steps(),
          result.trainingLoss());
    }
    printer.println("weights: " + output.file());
    return result.weights();
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

  private static void report(PrintWriter printer, TrainResult result, Figures figures) {
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
  }
}
