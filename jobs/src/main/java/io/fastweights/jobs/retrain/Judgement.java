package io.fastweights.jobs.retrain;

import io.fastweights.jobs.train.ProgressLine;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.Scoring;
import io.fastweights.kernels.train.measures.Evaluation;
import io.fastweights.kernels.train.measures.Loss;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Two models on the same events, which neither was trained on: both from empty memories at the
 * beginning of the window, both with the events before as context.
 *
 * @param serving metrics of the weights that serve
 * @param candidate metrics of the new weights
 * @param gain mean loss of the serving weights less that of the candidate
 * @param error half the width of the gain's 95% interval, from the means of {@value #BLOCKS} blocks
 *     of events in the order of their times: neighbours in time err alike; infinite for too few
 */
record Judgement(Metrics serving, Metrics candidate, double gain, double error) {
  private static final int BLOCKS = 20;

  /** The 97.5% quantile of Student's t with 19 degrees of freedom. */
  private static final double T_19 = 2.093;

  private static final int LEAST_OF_BLOCK = 5;

  /** The loss of one event by both. */
  private record Pair(long time, double serving, double candidate) {}

  /**
   * @param held whole sequences, of which the events to judge count
   */
  static Judgement of(
      SlowWeights serving, SlowWeights candidate, List<EventSequence> held, int threads) {
    Target target = serving.schema().target();
    float[][] first = Scoring.outputs(serving, held, threads);
    float[][] second = Scoring.outputs(candidate, held, threads);
    Evaluation ofServing = new Evaluation(target);
    Evaluation ofCandidate = new Evaluation(target);
    Loss loss = Loss.of(target);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < held.size(); i++) {
      EventSequence s = held.get(i);
      int at = 0;
      for (int t = 0; t < s.length(); t++) {
        float label = s.labels()[t];
        if (Float.isNaN(label)) {
          continue;
        }
        ofServing.add(first[i], at, label);
        ofCandidate.add(second[i], at, label);
        pairs.add(
            new Pair(
                s.times()[t],
                loss.of(first[i], at, label, 0, null),
                loss.of(second[i], at, label, 0, null)));
        at += target.dim();
      }
    }
    pairs.sort(Comparator.comparingLong(Pair::time));
    double gain = pairs.stream().mapToDouble(p -> p.serving - p.candidate).average().orElse(0);
    return new Judgement(ofServing.metrics(), ofCandidate.metrics(), gain, error(pairs));
  }

  private static double error(List<Pair> pairs) {
    if (pairs.size() < BLOCKS * LEAST_OF_BLOCK) {
      return Double.POSITIVE_INFINITY;
    }
    double sum = 0;
    double squares = 0;
    for (int b = 0; b < BLOCKS; b++) {
      int from = (int) ((long) b * pairs.size() / BLOCKS);
      int to = (int) ((b + 1L) * pairs.size() / BLOCKS);
      double mean =
          pairs.subList(from, to).stream()
              .mapToDouble(p -> p.serving - p.candidate)
              .average()
              .orElseThrow();
      sum += mean;
      squares += mean * mean;
    }
    double variance = Math.max(0, (squares - sum * sum / BLOCKS) / (BLOCKS - 1));
    return T_19 * Math.sqrt(variance / BLOCKS);
  }

  /**
   * True if the candidate is better for sure, and by enough.
   *
   * @param margin least gain, as a share of the loss of the serving weights
   */
  boolean isBetter(double margin) {
    return gain - error > 0 && gain >= margin * serving.loss();
  }

  /** "loss 0.4120 -> 0.3970, 0.0150 ± 0.0040 less (3.6%), on 12,031 events". */
  String text() {
    return String.format(
        Locale.ROOT,
        "loss %.4f -> %.4f, %.4f ± %.4f less (%.1f%%), on %,d events",
        serving.loss(),
        candidate.loss(),
        gain,
        error,
        100 * gain / serving.loss(),
        serving.events());
  }

  /** The metrics of both, a line each. */
  String table() {
    return String.format(
        Locale.ROOT,
        "  serving:   %s%n  candidate: %s",
        ProgressLine.text(serving),
        ProgressLine.text(candidate));
  }
}
