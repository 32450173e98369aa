package io.fastweights.kernels.train.network;

/**
 * Sets a seeded share of values to 0 and scales the others up, as PyTorch's does. The choice is a
 * function of the seed and the place alone, so the backward pass makes it again.
 */
public final class Dropout {
  private final float scale;
  private final long limit;

  /**
   * @param rate share of values set to 0
   */
  public Dropout(float rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("dropout is " + rate + ", must be in [0, 1)");
    }
    scale = 1 / (1 - rate);
    limit = (long) (rate * (1L << 24));
  }

  /** True if dropout is active. */
  boolean active() {
    return limit > 0;
  }

  /** x[0 ... n - 1]: values, or their gradients with the seed of the values. */
  void apply(float[] x, int n, long seed) {
    if (!active()) {
      return;
    }
    for (int i = 0; i < n; i++) {
      x[i] = (Seeds.mix(seed, i) >>> 40) < limit ? 0 : x[i] * scale;
    }
  }
}
