package io.fastweights.kernels.train.measures;

import io.fastweights.kernels.schema.Target;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Scores predictions with the metrics that fit the target: {@code accuracy}, {@code log_loss} and
 * {@code mrr} (mean reciprocal rank of the true class) for classes; {@code accuracy}, {@code
 * log_loss} and {@code auc} for true or false; {@code mean_absolute_error}, in the target's own
 * unit, for numbers.
 */
public final class Evaluation {
  private final Target target;
  private final Loss loss;
  private double lossSum;
  private double sum;
  private double rankSum;
  private float[] scores = new float[1024];
  private boolean[] positive = new boolean[1024];
  private int count;

  public Evaluation(Target target) {
    this.target = target;
    this.loss = Loss.of(target);
  }

  /**
   * Adds one prediction.
   *
   * @param outputs the model's outputs (logits), at {@code at}
   * @param label a class's id, 0 or 1, or a standardised number
   */
  public void add(float[] outputs, int at, float label) {
    lossSum += loss.of(outputs, at, label, 0, null);
    if (target instanceof Target.Classes) {
      int rank = rank(outputs, at, target.dim(), (int) label);
      sum += rank == 1 ? 1 : 0;
      rankSum += 1.0 / rank;
    } else if (target instanceof Target.Binary) {
      sum += (outputs[at] > 0) == (label > 0.5f) ? 1 : 0;
      if (count == scores.length) {
        scores = Arrays.copyOf(scores, 2 * count);
        positive = Arrays.copyOf(positive, 2 * count);
      }
      scores[count] = outputs[at];
      positive[count] = label > 0.5f;
    } else if (target instanceof Target.Number number) {
      sum += Math.abs(outputs[at] - label) * number.deviation();
    }
    count++;
  }

  /** 1 for the largest; classes of the same output rank by their id. */
  private static int rank(float[] outputs, int at, int classes, int label) {
    float own = outputs[at + label];
    int rank = 1;
    for (int i = 0; i < classes; i++) {
      float other = outputs[at + i];
      if (other > own || (other == own && i < label)) {
        rank++;
      }
    }
    return rank;
  }

  /** The metrics of all predictions added; none that labels of one class leave undefined. */
  public Metrics metrics() {
    Map<String, Double> values = new LinkedHashMap<>();
    if (target instanceof Target.Number) {
      values.put("mean_absolute_error", sum / count);
      return new Metrics(count, lossSum / count, values);
    }
    values.put("accuracy", sum / count);
    values.put("log_loss", lossSum / count);
    if (target instanceof Target.Classes) {
      values.put("mrr", rankSum / count);
    } else {
      double auc = RocCurve.area(scores, positive, count);
      if (!Double.isNaN(auc)) {
        values.put("auc", auc);
      }
    }
    return new Metrics(count, lossSum / count, values);
  }
}
