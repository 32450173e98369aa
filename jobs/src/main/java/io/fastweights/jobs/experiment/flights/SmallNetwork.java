package io.fastweights.jobs.experiment.flights;

import io.fastweights.kernels.train.Adam;
import io.fastweights.kernels.train.network.MatrixProducts;
import io.fastweights.kernels.train.network.MatrixProducts.View;
import io.fastweights.kernels.train.network.ParameterLayout.Slice;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A baseline: one probability of a row of features, by logistic regression or through one hidden
 * layer of rectified units. Trained with Adam on the logistic loss.
 */
final class SmallNetwork {
  private static final int BATCH = 256;

  private final int inputs;
  private final int hidden;
  private final int out;
  private final float[] values;
  private final float[] gradients;
  private final Adam adam;
  private final SplittableRandom random;
  private final float[] units;
  private final float[] gradUnits;
  private long step;

  /**
   * @param hidden units of the hidden layer; 0 for logistic regression
   */
  SmallNetwork(int inputs, int hidden, long seed) {
    this.inputs = inputs;
    this.hidden = hidden;
    int last = hidden == 0 ? inputs : hidden;
    Slice first = new Slice("hidden", new int[] {inputs + 1, hidden}, 0, (inputs + 1) * hidden);
    Slice second = new Slice("out", new int[] {last + 1}, first.size(), last + 1);
    out = second.at();
    values = new float[first.size() + second.size()];
    gradients = new float[values.length];
    adam = new Adam(List.of(first, second), 0.9f, 0.999f, 1e-8f, 0);
    random = new SplittableRandom(seed);
    float scale = (float) Math.sqrt(2.0 / inputs);
    for (int i = 0; i < inputs * hidden; i++) {
      values[i] = scale * (float) random.nextGaussian();
    }
    for (int i = 0; i < hidden; i++) {
      values[out + i] = (float) (random.nextGaussian() / Math.sqrt(hidden));
    }
    units = new float[BATCH * Math.max(1, hidden)];
    gradUnits = new float[units.length];
  }

  /** Goes through all rows in shuffled batches, at a rate that falls to 0 over the epochs. */
  void train(float[][] rows, boolean[] labels, int epochs, double rate) {
    int[] order = new int[rows.length];
    long steps = (long) epochs * ((rows.length + BATCH - 1) / BATCH);
    float[] x = new float[BATCH * inputs];
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int i = 0; i < order.length; i++) {
        int j = random.nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
      for (int from = 0; from < order.length; from += BATCH) {
        int n = Math.min(BATCH, order.length - from);
        for (int i = 0; i < n; i++) {
          System.arraycopy(rows[order[from + i]], 0, x, i * inputs, inputs);
        }
        float[] logits = forward(x, n);
        for (int i = 0; i < n; i++) {
          double share = 1 / (1 + Math.exp(-logits[i]));
          logits[i] = (float) ((share - (labels[order[from + i]] ? 1 : 0)) / n);
        }
        backward(x, n, logits);
        float left = (float) (rate * (1 - (double) step / steps));
        adam.step(++step, left, 1, gradients, values);
      }
    }
  }

  /** The logit of each row. */
  float[] score(float[][] rows) {
    float[] scores = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      scores[i] = forward(rows[i], 1)[0];
    }
    return scores;
  }

  private float[] forward(float[] x, int n) {
    View features = new View(x, 0, inputs);
    if (hidden > 0) {
      for (int i = 0; i < n; i++) {
        System.arraycopy(values, inputs * hidden, units, i * hidden, hidden);
      }
      View sums = new View(units, 0, hidden);
      MatrixProducts.addProduct(n, hidden, inputs, features, new View(values, 0, hidden), sums);
      for (int i = 0; i < n * hidden; i++) {
        units[i] = Math.max(0, units[i]);
      }
      features = sums;
    }
    int last = hidden == 0 ? inputs : hidden;
    float[] logits = new float[n];
    Arrays.fill(logits, values[out + last]);
    MatrixProducts.addProduct(
        n, 1, last, features, new View(values, out, 1), new View(logits, 0, 1));
    return logits;
  }

  private void backward(float[] x, int n, float[] gradLogits) {
    Arrays.fill(gradients, 0f);
    int last = hidden == 0 ? inputs : hidden;
    View features = hidden == 0 ? new View(x, 0, inputs) : new View(units, 0, hidden);
    View gradients = new View(this.gradients, out, 1);
    MatrixProducts.addTransposedProduct(
        last, 1, n, features, new View(gradLogits, 0, 1), gradients);
    for (int i = 0; i < n; i++) {
      this.gradients[out + last] += gradLogits[i];
      for (int h = 0; h < hidden; h++) {
        float g = units[i * hidden + h] > 0 ? gradLogits[i] * values[out + h] : 0;
        gradUnits[i * hidden + h] = g;
        this.gradients[inputs * hidden + h] += g;
      }
    }
    if (hidden > 0) {
      MatrixProducts.addTransposedProduct(
          inputs,
          hidden,
          n,
          new View(x, 0, inputs),
          new View(gradUnits, 0, hidden),
          new View(this.gradients, 0, hidden));
    }
  }
}
