package io.fastweights.jobs.train;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.OutputFile;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.WeightsFile;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainResult;
import io.fastweights.kernels.train.Trainer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
      "again."
    })
public final class TrainCommand implements Callable<Integer> {
  private static final int CHECKPOINT_STEPS = 100;

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
      description = "The schema of the events, JSON.")
  private Path schemaFile;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Takes the weights, safetensors, with the schema in it.")
  private Path out;

  @Option(names = "--dim", defaultValue = "32", description = "Default: ${DEFAULT-VALUE}.")
  private int dim;

  @Option(names = "--depth", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int depth;

  @Option(names = "--heads", defaultValue = "4", description = "Default: ${DEFAULT-VALUE}.")
  private int heads;

  @Option(names = "--dim-head", defaultValue = "8", description = "Default: ${DEFAULT-VALUE}.")
  private int dimHead;

  @Option(names = "--nu", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int nu;

  @Option(
      names = "--normalisation",
      defaultValue = "unit",
      description = "Of phi: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Normalisation normalisation;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Default: 10, more where that were fewer than 400 steps.")
  private Double epochs;

  @Option(names = "--learning-rate", defaultValue = "0.002", description = "Default: 0.002.")
  private double learningRate;

  @Option(
      names = "--chunk",
      defaultValue = "64",
      description = "Events of a key that a step goes back through (default: ${DEFAULT-VALUE}).")
  private int chunk;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      description = "Keys side by side in a step (default: 32, fewer where events are few).")
  private Integer lanes;

  @Option(names = "--dropout", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}.")
  private double dropout;

  @Option(
      names = "--validation",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "Share held out to stop early; 0 for none (default: ${DEFAULT-VALUE}).")
  private double validation;

  @Option(
      names = "--validate-by",
      defaultValue = "time",
      description = "Hold out the last of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private ValidateBy validateBy;

  @Option(names = "--patience", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
  private int patience;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = {
        "What runs the memories and their gradients: ${COMPLETION-CANDIDATES} (default:",
        "${DEFAULT-VALUE}). The rest runs on the CPU."
      })
  private Device engine;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "Keeps the state of training, to go on from after a failure.")
  private Path checkpoint;

  @Mixin private LearningOptions learning;

  /** Choice of held-out events: the last by time, or the last keys. */
  enum ValidateBy {
    TIME,
    KEY
  }

  @Override
  public Integer call() throws Exception {
    if (!(validation >= 0 && validation < 1)) {
      throw new IllegalArgumentException(
          "--validation is " + validation + ", must be in 0 ... 1, below 1");
    }
    OutputFile.prepare("--out", out);
    OutputFile.prepare("--checkpoint", checkpoint);
    learning.prepare();
    check("--chunk", chunk);
    check("--lanes", lanes);
    PrintWriter printer = learning.out();
    Schema schema = TrainingConstants.of(events, JobModel.readSchema(schemaFile), printer);
    TrainingEvents read = TrainingEvents.read(events, schema, printer);
    ModelConfig model = model(schema);
    Validation split =
        validateBy == ValidateBy.TIME
            ? Validation.byTime(read.sequences(), validation)
            : Validation.byKey(read.sequences(), validation);
    printer.printf(Locale.ROOT, "%,d events of %,d keys%n", read.events(), read.sequences().size());
    if (read.malformed() > 0) {
      printer.println(read.refusals());
    }
    Schedule schedule = Schedule.of(split.train(), chunk, lanes, epochs);
    say(printer, schedule);
    TrainResult result =
        new Trainer(model, schema, split.train(), split.held(), options(schedule))
            .keep(weights -> WeightsFile.write(weights, out))
            .run(new ProgressLine(printer));
    WeightsFile.write(result.weights(), out);
    Figures figures = report(printer, read, result);
    judge(printer, result, ConstantGuess.loss(schema.target(), split.train(), split.held()));
    learning.write(figures);
    return 0;
  }

  private static void check(String flag, Integer value) {
    if (value != null && value < 1) {
      throw new IllegalArgumentException(flag + " is " + value + ", must be at least 1");
    }
  }

  private void say(PrintWriter printer, Schedule schedule) {
    printer.printf(
        Locale.ROOT,
        "%,d steps of %d keys side by side, %d events of each; the best weights so far are in %s%n",
        schedule.steps(),
        schedule.lanes(),
        chunk,
        out);
    if (schedule.steps() < Schedule.LEAST_STEPS) {
      printer.printf(
          Locale.ROOT,
          "note: %,d steps are few, %d are a beginning: more --epochs or fewer --lanes%n",
          schedule.steps(),
          Schedule.LEAST_STEPS);
    }
    printer.flush();
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

  private TrainOptions options(Schedule schedule) {
    return schedule
        .apply(learning.apply(TrainOptions.builder()))
        .chunk(chunk)
        .learningRate(learningRate)
        .attentionDropout(dropout)
        .feedForwardDropout(dropout)
        .patience(patience)
        .engine(engine)
        .checkpoint(checkpoint, CHECKPOINT_STEPS)
        .build();
  }

  private ModelConfig model(Schema schema) {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(dim)
        .depth(depth)
        .heads(heads)
        .dimHead(dimHead)
        .nu(nu)
        .ffMult(2)
        .normalisation(normalisation)
        .outputs(schema.target().dim())
        .build();
  }

  private Figures report(PrintWriter printer, TrainingEvents read, TrainResult result) {
    Figures figures =
        new Figures()
            .put("events", read.events())
            .put("malformed", read.malformed())
            .put("steps", result.steps());
    String scores = "";
    if (result.validation() != null) {
      figures.put("validation.loss", result.validation().loss());
      result.validation().values().forEach((name, v) -> figures.put("validation." + name, v));
      scores = "; validation " + ProgressLine.text(result.validation());
    }
    printer.printf(Locale.ROOT, "%s after %,d steps%s%n", result.end(), result.steps(), scores);
    printer.println("weights: " + out);
    return figures;
  }
}
