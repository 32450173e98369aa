package io.fastweights.kernels.train.measures;

import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.Arrays;
import java.util.List;

/**
 * One answer for every event: the shares of the classes, or the mean, of what was trained on. A
 * head starts with it as its bias; a model that does not beat it has learned nothing of use.
 */
public final class ConstantGuess {
  private final Loss loss;
  private final float[] outputs;

  private ConstantGuess(Loss loss, float[] outputs) {
    this.loss = loss;
    this.outputs = outputs;
  }

  /**
   * The answer that fits the events that count best, by a weighted loss.
   *
   * @param factors one a class; empty for 1 each
   */
  public static ConstantGuess of(
      Target target, List<EventSequence> sequences, List<Double> factors) {
    float[] outputs = new float[target.dim()];
    if (target instanceof Target.Number) {
      double[] sum = new double[2];
      forEach(sequences, label -> add(sum, label));
      outputs[0] = sum[1] == 0 ? 0 : (float) (sum[0] / sum[1]);
    } else {
      // One event of each class is added, so that none is impossible.
      double[] counts = new double[Math.max(2, target.dim())];
      Arrays.fill(counts, 1);
      forEach(sequences, label -> counts[(int) label]++);
      for (int c = 0; c < factors.size(); c++) {
        counts[c] *= factors.get(c);
      }
      double all = Arrays.stream(counts).sum();
      for (int c = 0; c < outputs.length; c++) {
        outputs[c] = (float) Math.log(counts[c] / all);
      }
      if (target instanceof Target.Binary) {
        outputs[0] = (float) Math.log(counts[1] / counts[0]);
      }
    }
    return new ConstantGuess(Loss.of(target), outputs);
  }

  /** Logits, or the standardised number; not to be written to. */
  public float[] outputs() {
    return outputs;
  }

  /**
   * The mean loss of the events that count.
   *
   * @return NaN if there are none
   */
  public double loss(List<EventSequence> sequences) {
    double[] sum = new double[2];
    forEach(sequences, label -> add(sum, loss.of(outputs, 0, label, 0, null)));
    return sum[0] / sum[1];
  }

  private static void add(double[] sumAndCount, double value) {
    sumAndCount[0] += value;
    sumAndCount[1]++;
  }

  private interface Labels {
    void take(float label);
  }

  private static void forEach(List<EventSequence> sequences, Labels labels) {
    for (EventSequence s : sequences) {
      for (int t = 0; t < s.length(); t++) {
        if (!Float.isNaN(s.labels()[t]) && !s.isMasked(t)) {
          labels.take(s.labels()[t]);
        }
      }
    }
  }
}
