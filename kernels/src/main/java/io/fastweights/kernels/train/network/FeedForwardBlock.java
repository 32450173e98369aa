package io.fastweights.kernels.train.network;

import io.fastweights.kernels.numeric.Transcendental;
import io.fastweights.kernels.train.network.MatrixProducts.View;
import java.util.Arrays;

/** One layer's feed-forward block over a sequence: linear, GELU, dropout, linear; and gradients. */
final class FeedForwardBlock {
  private static final double DENSITY = 1 / Math.sqrt(2 * Math.PI);

  private final LinearMap in;
  private final LinearMap out;
  private final Dropout dropout;
  private final int dim;
  private final int wide;
  private final float[] before;
  private final float[] below;
  private final float[] after;
  private final float[] gradWide;

  FeedForwardBlock(ParameterLayout layout, int layer, int length, Dropout dropout) {
    String name = "layers." + layer + ".1.fn.net.";
    in = new LinearMap(layout, name + "0");
    out = new LinearMap(layout, name + "3");
    this.dropout = dropout;
    dim = in.in;
    wide = in.out;
    before = new float[length * wide];
    below = new float[length * wide];
    after = new float[length * wide];
    gradWide = new float[length * wide];
  }

  void forward(Parameters p, int rows, long seed, float[] u, float[] y) {
    in.forward(p, rows, new View(u, 0, dim), new View(before, 0, wide));
    for (int i = 0; i < rows * wide; i++) {
      below[i] = below(before[i]);
      after[i] = before[i] * below[i];
    }
    dropout.apply(after, rows * wide, seed);
    out.forward(p, rows, new View(after, 0, wide), new View(y, 0, dim));
  }

  /** The share of the normal distribution below x. */
  private static float below(float x) {
    double tail =
        Transcendental.normalTail(Math.min(Math.abs((double) x), Transcendental.TAIL_LIMIT));
    return (float) (x > 0 ? 1 - tail : tail);
  }

  /** Adds the gradients of the parameters and of u. */
  void backward(
      Parameters p,
      float[] gradients,
      int rows,
      long seed,
      float[] u,
      float[] gradY,
      float[] gradU) {
    Arrays.fill(gradWide, 0, rows * wide, 0f);
    View widened = new View(gradWide, 0, wide);
    out.backward(p, gradients, rows, new View(after, 0, wide), new View(gradY, 0, dim), widened);
    dropout.apply(gradWide, rows * wide, seed);
    for (int i = 0; i < rows * wide; i++) {
      double x = before[i];
      double density = DENSITY * Math.exp(-0.5 * x * x);
      gradWide[i] *= (float) (below[i] + x * density);
    }
    in.backward(p, gradients, rows, new View(u, 0, dim), widened, new View(gradU, 0, dim));
  }
}
