package io.fastweights.kernels.train.measures;

import io.fastweights.kernels.schema.Target;
import java.util.List;
import java.util.Locale;

/** The function that training minimises, of an event's outputs and its label. */
public sealed interface Loss {

  /** Floats of an output. */
  int outputs();

  /**
   * The loss of one event, and its gradient.
   *
   * @param outputs the model's outputs, at {@code at}
   * @param label a class's id, 0 or 1, or a number
   * @param scale the gradient is multiplied with it
   * @param gradient takes {@link #outputs()} floats at {@code at}; null where it is not wanted
   */
  double of(float[] outputs, int at, float label, float scale, float[] gradient);

  /** The loss that fits a target. */
  static Loss of(Target target) {
    if (target == null) {
      throw new IllegalArgumentException("the schema has no target to learn");
    }
    if (target instanceof Target.Classes) {
      return new CrossEntropy(target.dim());
    }
    return target instanceof Target.Binary ? new BinaryCrossEntropy() : new SquaredError();
  }

  /**
   * The loss that fits a target, each event's times the factor of its class.
   *
   * @param factors one a class, false and true of a binary target; empty for 1 each
   * @throws IllegalArgumentException if they do not fit the target
   */
  static Loss of(Target target, List<Double> factors) {
    Loss loss = of(target);
    if (factors.isEmpty()) {
      return loss;
    }
    int classes = target instanceof Target.Number ? 0 : Math.max(2, target.dim());
    if (factors.size() != classes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "class weights are %d, target %s has %d classes",
              factors.size(),
              target.name(),
              classes));
    }
    return new Weighted(loss, factors);
  }

  /** -log of the softmax of the label's logit. */
  record CrossEntropy(int outputs) implements Loss {
    @Override
    public double of(float[] outputs, int at, float label, float scale, float[] gradient) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = at; i < at + this.outputs; i++) {
        largest = Math.max(largest, outputs[i]);
      }
      double sum = 0;
      for (int i = at; i < at + this.outputs; i++) {
        sum += Math.exp(outputs[i] - largest);
      }
      if (gradient != null) {
        for (int i = 0; i < this.outputs; i++) {
          double share = Math.exp(outputs[at + i] - largest) / sum;
          gradient[at + i] = (float) (scale * (share - (i == (int) label ? 1 : 0)));
        }
      }
      return Math.log(sum) + largest - outputs[at + (int) label];
    }
  }

  /** -log of the sigmoid's share for the label, 0 or 1. */
  record BinaryCrossEntropy() implements Loss {
    @Override
    public int outputs() {
      return 1;
    }

    @Override
    public double of(float[] outputs, int at, float label, float scale, float[] gradient) {
      double x = outputs[at];
      if (gradient != null) {
        gradient[at] = (float) (scale * (1 / (1 + Math.exp(-x)) - label));
      }
      // log(1 + exp(x)) - label x, without overflow.
      return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - label * x;
    }
  }

  /** A loss of classes, each times the factor of its label. */
  final class Weighted implements Loss {
    private final Loss loss;
    private final float[] factors;

    Weighted(Loss loss, List<Double> factors) {
      this.loss = loss;
      this.factors = new float[factors.size()];
      for (int i = 0; i < this.factors.length; i++) {
        this.factors[i] = factors.get(i).floatValue();
      }
    }

    @Override
    public int outputs() {
      return loss.outputs();
    }

    @Override
    public double of(float[] outputs, int at, float label, float scale, float[] gradient) {
      float factor = factors[(int) label];
      return factor * loss.of(outputs, at, label, scale * factor, gradient);
    }
  }

  /** (y - label)^2 / 2. */
  record SquaredError() implements Loss {
    @Override
    public int outputs() {
      return 1;
    }

    @Override
    public double of(float[] outputs, int at, float label, float scale, float[] gradient) {
      double difference = (double) outputs[at] - label;
      if (gradient != null) {
        gradient[at] = (float) (scale * difference);
      }
      return difference * difference / 2;
    }
  }
}
