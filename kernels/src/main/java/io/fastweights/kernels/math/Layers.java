package io.fastweights.kernels.math;

import org.apache.commons.numbers.gamma.Erf;

/** The layers around a memory, in readable form and in a fixed order of arithmetic. */
public final class Layers {
  /** What PyTorch's layer norm adds to the variance. */
  public static final float EPSILON = 1e-5f;

  private Layers() {}

  /**
   * A linear layer: y = x M^T + bias.
   *
   * @param in floats of x
   * @param out floats of y
   * @param packed M transposed, float[in][out]
   * @param bias float[out], or null for none
   */
  public record Dense(int in, int out, float[] packed, float[] bias) {

    /** Packs PyTorch's float[out][in]. */
    public static Dense of(int in, int out, float[] weight, float[] bias) {
      float[] packed = new float[in * out];
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in; i++) {
          packed[i * out + o] = weight[o * in + i];
        }
      }
      return new Dense(in, out, packed, bias);
    }
  }

  /**
   * Layer norm's parameters.
   *
   * @param weight float[dim]
   * @param bias float[dim]
   */
  public record Norm(float[] weight, float[] bias) {}

  /** y = bias, then y += x_i M_i for i ascending, fused. */
  public static void dense(Dense m, float[] x, int at, float[] y, int yAt) {
    for (int o = 0; o < m.out; o++) {
      y[yAt + o] = m.bias == null ? 0 : m.bias[o];
    }
    for (int i = 0; i < m.in; i++) {
      float value = x[at + i];
      int row = i * m.out;
      for (int o = 0; o < m.out; o++) {
        y[yAt + o] = Math.fma(value, m.packed[row + o], y[yAt + o]);
      }
    }
  }

  /** y = (x - mean) / sqrt(variance + 1e-5) * weight + bias. */
  public static void norm(Norm norm, float[] x, int at, int dim, float[] y, int yAt) {
    float mean = Sums.sum(x, at, dim) / dim;
    float variance = Sums.squaredDeviations(x, at, dim, mean) / dim;
    float scale = (float) (1 / Math.sqrt((double) variance + EPSILON));
    for (int i = 0; i < dim; i++) {
      y[yAt + i] = Math.fma((x[at + i] - mean) * scale, norm.weight[i], norm.bias[i]);
    }
  }

  /** 1 / (1 + exp(-x)), rounded from double. */
  public static float sigmoid(float x) {
    return (float) (1 / (1 + StrictMath.exp(-x)));
  }

  /** x Phi(x) with the exact normal distribution, rounded from double; PyTorch's default GELU. */
  public static float gelu(float x) {
    return (float) (0.5 * x * (1 + Erf.value(x * Math.sqrt(0.5))));
  }
}
