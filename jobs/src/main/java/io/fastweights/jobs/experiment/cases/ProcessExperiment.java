package io.fastweights.jobs.experiment.cases;

import io.fastweights.jobs.train.Validation;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.Scoring;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainProgress;
import io.fastweights.kernels.train.Trainer;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The next activity of a business process's cases, by published protocols. */
public final class ProcessExperiment {
  private static final double FITTED = 0.85;

  private ProcessExperiment() {}

  /** The training that the published figures are of; those of the incidents are of 4 epochs. */
  public static TrainOptions.Builder options() {
    return TrainOptions.builder()
        .epochs(10)
        .chunk(16)
        .learningRate(0.003)
        .attentionDropout(0.1)
        .feedForwardDropout(0.1)
        .patience(5)
        .seed(1);
  }

  /** A model of one layer for so many classes. */
  public static ModelConfig model(int classes) {
    return model(classes, UpdateRule.DELTA);
  }

  /** The same with so many outputs, whose memories are rewritten by a rule. */
  public static ModelConfig model(int outputs, UpdateRule rule) {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(32)
        .heads(4)
        .dimHead(8)
        .ffMult(2)
        .finalNorm(true)
        .normalisation(Normalisation.UNIT)
        .updateRule(rule)
        .outputs(outputs)
        .build();
  }

  /**
   * Helpdesk by the protocol of Tax et al. 2017: cases in the order of the file, the first two
   * thirds for training, prefixes of 2 events and more, real next events only.
   */
  public static Metrics helpdesk(Path file, TrainOptions options, TrainProgress.Listener listener)
      throws IOException, MalformedEventException {
    CaseLog log = CaseLog.helpdesk(file);
    int end = log.cases().size() * 2 / 3;
    return run(new NextActivity(log, false, 2, false), log.cases(), end, options, listener);
  }

  /** A schema, and what is trained and validated on. */
  public record Parts(Schema schema, Validation validation) {}

  /** The training cases of {@link #helpdesk}; the last quarter of them validates. */
  public static Parts helpdeskParts(Path file) throws IOException, MalformedEventException {
    CaseLog log = CaseLog.helpdesk(file);
    NextActivity task = new NextActivity(log, false, 2, false);
    int end = log.cases().size() * 2 / 3;
    int fitted = (int) (end * FITTED);
    return new Parts(
        task.schema(),
        new Validation(
            task.build(log.cases().subList(0, fitted)),
            task.build(log.cases().subList(fitted, end))));
  }

  /**
   * Incidents: cases in the order of their first events, the first four fifths for training,
   * prefixes of 1 event and more, the end of a case counted.
   *
   * @param byCaller true for a memory per caller, across incidents; false for one per incident
   */
  public static Metrics incidents(
      Path file, boolean byCaller, TrainOptions options, TrainProgress.Listener listener)
      throws IOException, MalformedEventException {
    CaseLog log = CaseLog.incidents(file);
    List<CaseLog.Case> cases = new ArrayList<>(log.cases());
    cases.sort(Comparator.comparingLong(c -> c.events().get(0).time()));
    int end = cases.size() * 4 / 5;
    return run(new NextActivity(log, true, 1, byCaller), cases, end, options, listener);
  }

  /**
   * Scores of the test cases. Memories that outlive a case are those of all cases before; held-out
   * cases alone count.
   */
  private static Metrics run(
      NextActivity task,
      List<CaseLog.Case> cases,
      int end,
      TrainOptions options,
      TrainProgress.Listener listener)
      throws IOException, MalformedEventException {
    int fitted = (int) (end * FITTED);
    Trainer trainer =
        new Trainer(
            model(task.schema().target().dim()),
            task.schema(),
            task.build(cases.subList(0, fitted)),
            task.build(cases.subList(0, end), Set.copyOf(cases.subList(fitted, end))),
            options);
    SlowWeights weights = trainer.run(listener).weights();
    List<EventSequence> tested = task.build(cases, Set.copyOf(cases.subList(end, cases.size())));
    return Scoring.of(weights, tested, options.threads());
  }
}
