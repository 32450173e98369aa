package io.fastweights.kernels.numeric;

/** The layers around a memory, in readable form and in a fixed order of arithmetic. */
public final class Layers {
  /** Added to the variance, as in PyTorch's layer norm. */
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
    float scale = scale(variance);
    for (int i = 0; i < dim; i++) {
      y[yAt + i] = Math.fma((x[at + i] - mean) * scale, norm.weight[i], norm.bias[i]);
    }
  }

  /** The factor of a centred value in layer norm. */
  public static float scale(float variance) {
    return (float) (1 / Math.sqrt((double) variance + EPSILON));
  }

  /** 1 / (1 + exp(-x)), rounded from double; within 1 ulp of the exact result. */
  public static float sigmoid(float x) {
    return (float) (1 / (1 + Transcendental.exp(-x)));
  }

  /**
   * x Phi(x) with the exact normal distribution, PyTorch's default GELU, as relu(x) - |x|
   * Phi(-|x|), which cancels nowhere; rounded from double, within 1 ulp of the exact result.
   */
  public static float gelu(float x) {
    double size = Math.abs((double) x);
    double held = size > Transcendental.TAIL_LIMIT ? Transcendental.TAIL_LIMIT : size;
    double rectified = x > 0 ? x : 0;
    return (float) (rectified - held * Transcendental.normalTail(held));
  }
}
