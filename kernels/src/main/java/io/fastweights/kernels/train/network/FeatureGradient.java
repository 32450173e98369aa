package io.fastweights.kernels.train.network;

import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.numeric.Sums;

/** The feature maps phi of {@link Dpfp} over a sequence, with their gradients. */
public final class FeatureGradient {
  private final FeatureMap map;
  private final int nu;
  private final Normalisation normalisation;
  private final int d;
  private final int features;
  private final float[] phi;
  private final float[] rectified;

  /**
   * @param normalisation of phi, or null where phi is taken as it is
   * @param d floats of a key before phi
   */
  public FeatureGradient(FeatureMap map, int nu, Normalisation normalisation, int d) {
    this.map = map;
    this.nu = nu;
    this.normalisation = normalisation;
    this.d = d;
    this.features = map == FeatureMap.DPFP ? 2 * nu * d : d;
    this.phi = new float[features];
    this.rectified = new float[2 * d];
  }

  /** E: floats of phi. */
  public int features() {
    return features;
  }

  /**
   * Normalised features of x[at ... at + d - 1], as {@link Dpfp#features} gives them.
   *
   * @return the divisor of phi; 0 where phi is 0 everywhere; negative where phi was {@linkplain
   *     Dpfp#rescale rescaled}
   */
  public float forward(float[] x, int at, float[] out, int outAt) {
    unnormalised(x, at);
    float size = size();
    boolean rescaled = normalisation != null && !Dpfp.isOrdinary(size);
    if (rescaled) {
      Dpfp.rescale(map, nu, x, at, d, phi);
      size = size();
    }
    for (int i = 0; i < features; i++) {
      out[outAt + i] = size > 0 ? phi[i] / size : phi[i];
    }
    return rescaled && size > 0 ? -size : size;
  }

  /** The factor of x, or of phi, in the forward pass. */
  private float scale(float[] x, int at) {
    if (map == FeatureMap.DPFP) {
      return Dpfp.scale(x, at, d);
    }
    Dpfp.eluPlusOne(x, at, d, phi);
    return Dpfp.scale(phi, 0, d);
  }

  private float size() {
    if (normalisation == null) {
      return 1;
    }
    return switch (normalisation) {
      case SUM -> Sums.sum(phi, 0, features);
      case UNIT -> (float) Math.sqrt(Sums.squares(phi, 0, features));
    };
  }

  /** phi, without a call per feature. */
  private void unnormalised(float[] x, int at) {
    if (map == FeatureMap.ELU_PLUS_ONE) {
      Dpfp.eluPlusOne(x, at, d, phi);
      return;
    }
    rectify(x, at);
    int n = 2 * d;
    for (int j = 1; j <= nu; j++) {
      int block = (j - 1) * n;
      for (int i = 0; i < j; i++) {
        phi[block + i] = rectified[i] * rectified[i - j + n];
      }
      for (int i = j; i < n; i++) {
        phi[block + i] = rectified[i] * rectified[i - j];
      }
    }
  }

  private void rectify(float[] x, int at) {
    for (int i = 0; i < d; i++) {
      float value = x[at + i];
      rectified[i] = value > 0 ? value : 0;
      rectified[i + d] = value < 0 ? -value : 0;
    }
  }

  /**
   * Adds the gradient of x.
   *
   * @param size the result of {@link #forward}
   * @param out the normalised features
   * @param g their gradients; changed
   * @param gradX takes d floats at {@code gradAt}
   */
  public void backward(
      float[] x, int at, float size, float[] out, float[] g, int outAt, float[] gradX, int gradAt) {
    if (size == 0 || Float.isNaN(size)) {
      return;
    }
    float scale = size < 0 ? scale(x, at) : 1;
    float divisor = Math.abs(size);
    if (normalisation != null) {
      normalisationBackward(divisor, out, g, outAt);
    }
    if (map == FeatureMap.ELU_PLUS_ONE) {
      for (int i = 0; i < d; i++) {
        float slope = x[at + i] > 0 ? scale : out[outAt + i] * divisor;
        gradX[gradAt + i] = Math.fma(slope, g[outAt + i], gradX[gradAt + i]);
      }
      return;
    }
    dpfpBackward(x, at, scale, g, outAt, gradX, gradAt);
  }

  /** y = phi / s: ds/dphi is 1 for the sum, y for the length. */
  private void normalisationBackward(float size, float[] out, float[] g, int outAt) {
    float along = 0;
    for (int i = outAt; i < outAt + features; i++) {
      along = Math.fma(out[i], g[i], along);
    }
    boolean sum = normalisation == Normalisation.SUM;
    for (int i = outAt; i < outAt + features; i++) {
      g[i] = (g[i] - (sum ? along : along * out[i])) / size;
    }
  }

  /**
   * phi_i = r_i r_(i-j) in block j, so r_e has a share in phi_e and in phi_(e+j). Of x_i and -x_i
   * only the one above 0 has a slope. Shares are added in the order of the features.
   */
  private void dpfpBackward(
      float[] x, int at, float scale, float[] g, int outAt, float[] gradX, int gradAt) {
    rectify(x, at);
    for (int i = 0; i < 2 * d && scale != 1; i++) {
      rectified[i] *= scale;
    }
    int n = 2 * d;
    for (int i = 0; i < d; i++) {
      float value = x[at + i];
      if (!(value > 0 || value < 0)) {
        continue;
      }
      int e = value > 0 ? i : i + d;
      float sum = 0;
      for (int j = 1; j <= nu; j++) {
        int block = outAt + (j - 1) * n;
        float before = rectified[e < j ? e - j + n : e - j];
        if (e + j < n) {
          sum = Math.fma(g[block + e], before, sum);
          sum = Math.fma(g[block + e + j], rectified[e + j], sum);
        } else {
          sum = Math.fma(g[block + e + j - n], rectified[e + j - n], sum);
          sum = Math.fma(g[block + e], before, sum);
        }
      }
      gradX[gradAt + i] += scale * (value > 0 ? sum : -sum);
    }
  }
}
