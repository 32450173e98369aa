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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
  @Option(
      names = "--events",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files of events, folders of them, or patterns, as run takes them.")
  private List<Path> events;

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

  @Mixin private ScoringOptions scoring;

  @Override
  public Integer call() throws Exception {
    int threads = scoring.threads();
    scoring.prepare();
    SlowWeights weights = WeightsFile.read(weightsFile);
    if (weights.schema() == null) {
      throw new IllegalArgumentException(weightsFile + " carries no schema of its events");
    }
    TrainingEvents read = TrainingEvents.read(events, weights.schema(), scoring.out());
    List<EventSequence> sequences = read.sequences();
    if (from != null) {
      sequences =
          sequences.stream().map(s -> s.countedFrom(s.firstAt(from.toEpochMilli()))).toList();
    }
    if (sequences.stream().allMatch(s -> s.counted() == 0)) {
      throw new IllegalArgumentException(nothingToScore(read));
    }
    Metrics metrics = Scoring.of(weights, sequences, threads);
    requireFinite(metrics);
    PrintWriter out = scoring.out();
    Figures figures =
        new Figures()
            .put("events", read.events())
            .put("malformed", read.malformed())
            .put("scored", metrics.events());
    metrics.named().forEach(figures::put);
    if (read.malformed() > 0) {
      out.println(read.refusals());
    }
    out.printf(
        Locale.ROOT,
        "%,d events, %,d scored: %s%n",
        read.events(),
        metrics.events(),
        ProgressLine.text(metrics));
    scoring.write(figures);
    return 0;
  }

  /** Refuses scores of NaN predictions, which would look valid in a pipeline. */
  private void requireFinite(Metrics metrics) {
    if (!Double.isFinite(metrics.loss())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the loss of %,d events is %s: predictions of %s are not finite, its weights or betas are too large",
              metrics.events(),
              metrics.loss(),
              weightsFile));
    }
  }

  private String nothingToScore(TrainingEvents read) {
    String since = from == null ? "" : " from " + from + " on";
    String refused = read.malformed() == 0 ? "" : "; " + read.refusals();
    return String.format(
        Locale.ROOT,
        "nothing to score: none of %,d events has a target%s%s",
        read.events(),
        since,
        refused);
  }
}
