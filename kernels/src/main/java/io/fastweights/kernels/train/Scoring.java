package io.fastweights.kernels.train;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.measures.Evaluation;
import io.fastweights.kernels.train.measures.Loss;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.network.ModelPass;
import io.fastweights.kernels.train.network.ParameterLayout;
import io.fastweights.kernels.train.network.Parameters;
import io.fastweights.kernels.train.network.PassOptions;
import io.fastweights.kernels.train.sequence.Chunk;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.Arrays;
import java.util.List;

/**
 * Scores weights on sequences: every key from an empty memory, its events in their order, the slow
 * weights frozen. Keys do not touch each other, so the scores are those of the events run in the
 * order of the file.
 */
public final class Scoring {
  private static final int CHUNK = 128;

  private Scoring() {}

  /**
   * Runs all sequences and scores the events that count.
   *
   * @param weights with a schema that has a target
   * @throws IllegalArgumentException if they have none, or their layers share a memory
   */
  public static Metrics of(SlowWeights weights, List<EventSequence> sequences, int threads) {
    float[][] outputs = outputs(weights, sequences, threads);
    return metrics(weights.schema().target(), sequences, outputs);
  }

  /**
   * The outputs of the events that count.
   *
   * @param weights with a schema that has a target
   * @return for each sequence its events' outputs (logits), one after the other
   * @throws IllegalArgumentException if they have none, or their layers share a memory
   */
  public static float[][] outputs(SlowWeights weights, List<EventSequence> sequences, int threads) {
    ParameterLayout layout = new ParameterLayout(weights.config(), weights.schema());
    Loss loss = Loss.of(weights.schema() == null ? null : weights.schema().target());
    try (Workers workers =
        new Workers(threads, () -> new ModelPass(layout, loss, PassOptions.exact(CHUNK)))) {
      return outputs(workers, new Parameters(layout, layout.values(weights)), sequences, CHUNK);
    }
  }

  /**
   * @param chunk at most that of the workers' passes
   */
  static Metrics run(
      Workers workers, Parameters p, Target target, List<EventSequence> sequences, int chunk) {
    return metrics(target, sequences, outputs(workers, p, sequences, chunk));
  }

  private static Metrics metrics(Target target, List<EventSequence> sequences, float[][] outputs) {
    Evaluation evaluation = new Evaluation(target);
    int width = target.dim();
    for (int i = 0; i < outputs.length; i++) {
      EventSequence s = sequences.get(i);
      int at = 0;
      for (int t = 0; t < s.length(); t++) {
        if (!Float.isNaN(s.labels()[t]) && !s.isMasked(t)) {
          evaluation.add(outputs[i], at, s.labels()[t]);
          at += width;
        }
      }
    }
    return evaluation.metrics();
  }

  /** For each sequence the outputs of the events that count, one after the other. */
  static float[][] outputs(
      Workers workers, Parameters p, List<EventSequence> sequences, int chunk) {
    float[][] outputs = new float[sequences.size()][];
    workers.run(
        outputs.length, (i, pass) -> outputs[i] = outputs(pass, p, sequences.get(i), chunk));
    return outputs;
  }

  private static float[] outputs(ModelPass pass, Parameters p, EventSequence s, int size) {
    int width = pass.width();
    float[] outputs = new float[s.counted() * width];
    float[] memory = new float[p.layout.config().memory().floats()];
    int at = 0;
    for (int from = 0; from < s.length(); from += size) {
      Chunk chunk = Chunk.of(s, from, size);
      pass.forward(p, chunk, 0, memory);
      for (int t = 0; t < chunk.length(); t++) {
        if (!Float.isNaN(chunk.label(t))) {
          System.arraycopy(pass.outputs(), t * width, outputs, at, width);
          at += width;
        }
      }
    }
    return Arrays.copyOf(outputs, at);
  }
}
