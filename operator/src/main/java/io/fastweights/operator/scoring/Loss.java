package io.fastweights.operator.scoring;

import io.fastweights.kernels.schema.Target;
import org.apache.flink.annotation.Internal;

/**
 * Loss of a prediction against its target. Both are float[dim] on the same scale: probabilities
 * against a one-hot class, the probability of true against 0 or 1, a number against a number, a
 * read-out against an item's embedding.
 */
@Internal
public enum Loss {
  /** Logarithmic loss of the true class. */
  CLASSES {
    @Override
    public double of(float[] predicted, float[] target) {
      return logLoss(predicted[largest(target)]);
    }

    /** Half of the Brier score (Brier 1950). */
    @Override
    public double bounded(float[] predicted, float[] target, double deviation) {
      double sum = 0;
      for (int i = 0; i < target.length; i++) {
        sum += square(predicted[i] - target[i]);
      }
      return sum / 2;
    }
  },

  /** Logarithmic loss of the truth. */
  BINARY {
    @Override
    public double of(float[] predicted, float[] target) {
      return logLoss(target[0] > 0.5f ? predicted[0] : 1 - predicted[0]);
    }

    /** The Brier score (Brier 1950). */
    @Override
    public double bounded(float[] predicted, float[] target, double deviation) {
      return square(predicted[0] - target[0]);
    }
  },

  /** Squared distance of what was read out to the embedding of the item that was taken. */
  ITEM {
    @Override
    public double of(float[] predicted, float[] target) {
      double sum = 0;
      for (int i = 0; i < target.length; i++) {
        sum += square(predicted[i] - target[i]);
      }
      return sum;
    }

    @Override
    public double bounded(float[] predicted, float[] target, double deviation) {
      return squashed(of(predicted, target));
    }
  },

  /** Mean absolute error over a target's numbers. */
  NUMBER {
    @Override
    public double of(float[] predicted, float[] target) {
      double sum = 0;
      for (int i = 0; i < target.length; i++) {
        sum += Math.abs((double) predicted[i] - target[i]);
      }
      return sum / target.length;
    }

    /** e / (1 + e) for an absolute error of e deviations. */
    @Override
    public double bounded(float[] predicted, float[] target, double deviation) {
      return squashed(of(predicted, target) / deviation);
    }
  };

  private static final double LEAST_PROBABILITY = 1e-7;

  /** The loss of a target; that of vectors is {@link #NUMBER}. */
  public static Loss of(Target target) {
    if (target instanceof Target.Classes) {
      return CLASSES;
    }
    if (target instanceof Target.Item) {
      return ITEM;
    }
    return target instanceof Target.Binary ? BINARY : NUMBER;
  }

  /** The loss; of probabilities in nats, with none taken below 1e-7. */
  public abstract double of(float[] predicted, float[] target);

  /**
   * A loss in [0, 1], as {@link Adwin} needs it.
   *
   * @param deviation of the target, where it is a number
   */
  public abstract double bounded(float[] predicted, float[] target, double deviation);

  /** Maps a value of 0 and more into [0, 1). */
  public static double squashed(double value) {
    return Double.isInfinite(value) ? 1 : value / (1 + value);
  }

  /** Index of the largest value, the first of equal ones. */
  public static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static double logLoss(double probability) {
    return -Math.log(Math.max(LEAST_PROBABILITY, probability));
  }

  private static double square(double value) {
    return value * value;
  }
}
