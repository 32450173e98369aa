package io.fastweights.jobs.train;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.measures.StopMetric;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Options of the validation events and of early stopping. */
public final class HoldOut {
  @Option(
      names = "--validation",
      paramLabel = "SHARE|PATH",
      defaultValue = "0.1",
      description =
          "Share of the events held out to stop early, 0 for none; or a file or folder of other"
              + " events, whose memories start from zero (default: ${DEFAULT-VALUE}).")
  private String validation;

  @Option(
      names = "--validate-by",
      defaultValue = "time",
      description = "Hold out the last of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private By by;

  @Option(
      names = "--stop-metric",
      paramLabel = "NAME",
      defaultValue = "loss",
      description =
          "Metric of the validation events that the kept weights are the best of:"
              + " ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private StopMetric stopMetric;

  @Option(
      names = "--patience",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Evaluations in a row without a new best after which training stops, counted after the"
              + " warm-up and 400 steps (default: ${DEFAULT-VALUE}).")
  private int patience;

  @Option(
      names = "--refit",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Train once more on all events, the held-out ones too, for as long as was best (default:"
              + " ${DEFAULT-VALUE}; not with two keys, nor where --validation names files).")
  private boolean refit;

  /** Choice of held-out events: the last by time, or the last keys. */
  enum By {
    TIME,
    KEY
  }

  /**
   * @throws IllegalArgumentException if the share is out of its range
   */
  void check() {
    Double share = share();
    if (share != null && !(share >= 0 && share < 1)) {
      throw new IllegalArgumentException(
          "--validation is " + validation + ", must be in 0 ... 1, below 1, or a file");
    }
  }

  /** The share; null where files are named. */
  private Double share() {
    try {
      return Double.valueOf(validation);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Divides the events, or reads those of the other files. */
  Validation split(List<EventSequence> sequences, Schema schema, PrintWriter out)
      throws IOException {
    Double share = share();
    if (share == null) {
      TrainingEvents held = TrainingEvents.read(List.of(Path.of(validation)), schema, out);
      if (held.malformed() > 0) {
        out.println("validation: " + held.refusals());
      }
      return new Validation(sequences, held.sequences());
    }
    return by == By.TIME ? Validation.byTime(sequences, share) : Validation.byKey(sequences, share);
  }

  /**
   * Divides the events of second keys as {@link #split} divided those of first keys: held out are
   * the last by time, or those of the first keys that were held out, or those of the other files.
   *
   * @param firsts what {@link #split} returned
   * @param first the trained model of the first key
   */
  Validation splitPairs(
      List<PairEvent> pairs,
      Validation firsts,
      SlowWeights first,
      Schema schema,
      int threads,
      PrintWriter out)
      throws IOException, MalformedEventException {
    Double share = share();
    if (share == null) {
      List<PairEvent> held = TrainingEvents.read(List.of(Path.of(validation)), schema, out).pairs();
      return new Validation(
          PairSequences.of(pairs, first, schema, threads),
          PairSequences.of(held, first, schema, threads));
    }
    if (by == By.TIME) {
      return Validation.byTime(PairSequences.of(pairs, first, schema, threads), share);
    }
    Set<String> heldKeys =
        firsts.held().stream().map(EventSequence::key).collect(Collectors.toSet());
    Map<Boolean, List<PairEvent>> parts =
        pairs.stream().collect(Collectors.partitioningBy(e -> heldKeys.contains(e.first())));
    return new Validation(
        PairSequences.of(parts.get(false), first, schema, threads),
        PairSequences.of(parts.get(true), first, schema, threads));
  }

  /** True if events that are held out are learned in the end. */
  boolean refits(Schema schema) {
    return refit && schema.secondKey() == null && share() != null && share() > 0;
  }

  StopMetric stopMetric() {
    return stopMetric;
  }

  TrainOptions.Builder apply(TrainOptions.Builder options) {
    return options.patience(patience).stopMetric(stopMetric).leastSteps(Schedule.LEAST_STEPS);
  }
}
