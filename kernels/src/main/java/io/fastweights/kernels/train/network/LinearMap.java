package io.fastweights.kernels.train.network;

import io.fastweights.kernels.train.network.MatrixProducts.View;
import io.fastweights.kernels.train.network.ParameterLayout.Slice;
import java.util.Arrays;

/** y = x M^T + b over the rows of a sequence, with its gradients. */
final class LinearMap {
  final int in;
  final int out;
  private final int weightAt;
  private final int biasAt;

  /**
   * @param name before {@code .weight} and, if it has one, {@code .bias}
   */
  LinearMap(ParameterLayout layout, String name) {
    Slice weight = layout.slice(name + ".weight");
    in = weight.shape()[1];
    out = weight.shape()[0];
    weightAt = weight.at();
    biasAt = layout.has(name + ".bias") ? layout.slice(name + ".bias").at() : -1;
  }

  /** Writes y; x and y are float[rows][...] in wider rows or not. */
  void forward(Parameters p, int rows, View x, View y) {
    for (int t = 0; t < rows; t++) {
      int at = y.at() + t * y.stride();
      if (biasAt < 0) {
        Arrays.fill(y.array(), at, at + out, 0f);
      } else {
        System.arraycopy(p.values, biasAt, y.array(), at, out);
      }
    }
    MatrixProducts.addProduct(rows, out, in, x, new View(p.transposed, weightAt, out), y);
  }

  /** Adds the gradients of the parameters, and of x unless gradX is null. */
  void backward(Parameters p, float[] gradients, int rows, View x, View gradY, View gradX) {
    MatrixProducts.addTransposedProduct(out, in, rows, gradY, x, new View(gradients, weightAt, in));
    if (biasAt >= 0) {
      for (int t = 0; t < rows; t++) {
        int at = gradY.at() + t * gradY.stride();
        for (int o = 0; o < out; o++) {
          gradients[biasAt + o] += gradY.array()[at + o];
        }
      }
    }
    if (gradX != null) {
      MatrixProducts.addProduct(rows, in, out, gradY, new View(p.values, weightAt, in), gradX);
    }
  }
}
