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
import java.util.List;
import java.util.Locale;

/**
 * Two models on the same events, which neither was trained on: both from empty memories at the
 * beginning of the window, both with the events before as context.
 *
 * @param serving metrics of the weights that serve
 * @param candidate metrics of the new weights
 */
record Judgement(Metrics serving, Metrics candidate, Gain gain) {

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
    List<Gain.Pair> pairs = new ArrayList<>();
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
            new Gain.Pair(
                s.times()[t],
                loss.of(first[i], at, label, 0, null),
                loss.of(second[i], at, label, 0, null)));
        at += target.dim();
      }
    }
    return new Judgement(ofServing.metrics(), ofCandidate.metrics(), Gain.of(pairs));
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
