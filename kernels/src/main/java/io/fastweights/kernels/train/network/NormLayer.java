package io.fastweights.kernels.train.network;

import io.fastweights.kernels.numeric.Layers;
import io.fastweights.kernels.numeric.Sums;

/** Layer norm over the rows of a sequence, with its gradients. */
final class NormLayer {
  private final int dim;
  private final int weightAt;
  private final int biasAt;
  private final float[] mean;
  private final float[] scale;

  NormLayer(ParameterLayout layout, String name, int length) {
    dim = layout.slice(name + ".weight").size();
    weightAt = layout.slice(name + ".weight").at();
    biasAt = layout.slice(name + ".bias").at();
    mean = new float[length];
    scale = new float[length];
  }

  void forward(Parameters p, int rows, float[] x, float[] y) {
    for (int t = 0; t < rows; t++) {
      int at = t * dim;
      mean[t] = Sums.sum(x, at, dim) / dim;
      float variance = Sums.squaredDeviations(x, at, dim, mean[t]) / dim;
      scale[t] = (float) (1 / Math.sqrt((double) variance + Layers.EPSILON));
      for (int i = 0; i < dim; i++) {
        float standard = (x[at + i] - mean[t]) * scale[t];
        y[at + i] = Math.fma(standard, p.values[weightAt + i], p.values[biasAt + i]);
      }
    }
  }

  /** Adds the gradients of the parameters and of x, the input that {@link #forward} had last. */
  void backward(
      Parameters p, float[] gradients, int rows, float[] x, float[] gradY, float[] gradX) {
    for (int t = 0; t < rows; t++) {
      int at = t * dim;
      float sum = 0;
      float along = 0;
      for (int i = 0; i < dim; i++) {
        float standard = (x[at + i] - mean[t]) * scale[t];
        float g = gradY[at + i];
        gradients[weightAt + i] = Math.fma(g, standard, gradients[weightAt + i]);
        gradients[biasAt + i] += g;
        float scaled = g * p.values[weightAt + i];
        sum += scaled;
        along = Math.fma(scaled, standard, along);
      }
      sum /= dim;
      along /= dim;
      for (int i = 0; i < dim; i++) {
        float standard = (x[at + i] - mean[t]) * scale[t];
        float scaled = gradY[at + i] * p.values[weightAt + i];
        gradX[at + i] = Math.fma(scale[t], scaled - sum - standard * along, gradX[at + i]);
      }
    }
  }
}
