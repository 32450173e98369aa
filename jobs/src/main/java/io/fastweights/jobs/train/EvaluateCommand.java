package io.fastweights.jobs.train;

import io.fastweights.jobs.output.Figures;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.WeightsFile;
import io.fastweights.kernels.train.EventSequence;
import io.fastweights.kernels.train.Metrics;
import io.fastweights.kernels.train.Scoring;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights evaluate}: scores a weights file on the events of files. */
@Command(
    name = "evaluate",
    description = "Score a trained model on the events of files, in their order.",
    footer = {
      "",
      "Every memory starts from zero and learns as it goes; the slow weights are frozen. Each",
      "observed event is predicted before it is learned from."
    })
public final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--events",
      required = true,
      paramLabel = "FILE|FOLDER",
      description = "CSV with a header or JSON lines; of a folder, all of them by name.")
  private Path events;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE",
      description = "A trained model with its schema, safetensors.")
  private Path weightsFile;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Score from this instant on (ISO 8601); earlier events only form memories.")
  private Instant from;

  @Option(names = "--threads", description = "Default: all processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one flat JSON object, too.")
  private Path json;

  @Override
  public Integer call() throws Exception {
    if (threads < 1) {
      throw new IllegalArgumentException("--threads is " + threads + ", must be at least 1");
    }
    SlowWeights weights = WeightsFile.read(weightsFile);
    if (weights.schema() == null) {
      throw new IllegalArgumentException(weightsFile + " carries no schema of its events");
    }
    TrainingEvents read = TrainingEvents.read(events, weights.schema());
    List<EventSequence> sequences = read.sequences();
    if (from != null) {
      sequences =
          sequences.stream().map(s -> s.countedFrom(s.firstAt(from.toEpochMilli()))).toList();
    }
    Metrics metrics = Scoring.of(weights, sequences, threads);
    PrintWriter out = command.commandLine().getOut();
    Figures figures =
        new Figures()
            .put("events", read.events())
            .put("malformed", read.malformed())
            .put("scored", metrics.events())
            .put("loss", metrics.loss());
    metrics.values().forEach(figures::put);
    if (read.malformed() > 0) {
      out.println(read.refusals());
    }
    out.printf(
        Locale.ROOT,
        "%,d events, %,d scored: %s%n",
        read.events(),
        metrics.events(),
        ProgressLine.text(metrics));
    out.flush();
    figures.writeJson(json);
    return 0;
  }
}
