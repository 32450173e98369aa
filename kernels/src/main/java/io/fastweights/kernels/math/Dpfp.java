package io.fastweights.kernels.math;

import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.numeric.Sums;
import io.fastweights.kernels.numeric.Transcendental;

/**
 * The feature maps phi. DPFP: deterministic parameter-free projection, Schlag et al. 2021, section
 * 5.3, equation 37.
 */
public final class Dpfp {
  private Dpfp() {}

  /**
   * phi(x), not normalised: with r = [relu(x), relu(-x)] of 2d floats, block j (1..nu) is r *
   * roll(r, j).
   *
   * @param x d floats
   * @return 2 nu d floats, none negative
   */
  public static float[] dpfp(float[] x, int nu) {
    float[] phi = new float[2 * nu * x.length];
    dpfp(x, 0, x.length, nu, phi);
    return phi;
  }

  /** phi of x[at ... at + d - 1], into phi[0 ... 2 nu d - 1]. */
  public static void dpfp(float[] x, int at, int d, int nu, float[] phi) {
    int n = 2 * d;
    for (int j = 1; j <= nu; j++) {
      for (int i = 0; i < n; i++) {
        phi[(j - 1) * n + i] = rectified(x, at, d, i) * rectified(x, at, d, (i - j + n) % n);
      }
    }
  }

  /** Element i of [relu(x), relu(-x)]; 0 for NaN. */
  private static float rectified(float[] x, int at, int d, int i) {
    float value = i < d ? x[at + i] : -x[at + i - d];
    return value > 0 ? value : 0;
  }

  /** elu(x) + 1, the feature map of linear attention (Katharopoulos et al. 2020). */
  public static void eluPlusOne(float[] x, int at, int d, float[] phi) {
    for (int i = 0; i < d; i++) {
      float value = x[at + i];
      phi[i] = value > 0 ? value + 1 : (float) Transcendental.exp(value);
    }
  }

  /**
   * Divides phi by its sum (section 4.2, equation 25) or by its Euclidean length: multiplies it
   * with the inverse. Where the size has no inverse in float (0, or below the smallest normal
   * number) phi is 0: nothing is read, nothing is written.
   */
  public static void normalise(float[] phi, int n, Normalisation by) {
    float inverse = inverse(size(phi, n, by));
    for (int i = 0; i < n; i++) {
      phi[i] *= inverse;
    }
  }

  private static float size(float[] phi, int n, Normalisation by) {
    return switch (by) {
      case SUM -> Sums.sum(phi, 0, n);
      case UNIT -> (float) Math.sqrt(Sums.squares(phi, 0, n));
    };
  }

  /** What phi of this size is multiplied with. */
  public static float inverse(float size) {
    return size < Float.MIN_NORMAL ? 0 : 1 / size;
  }

  /** The normalised features of x[at ...]. */
  public static void features(
      FeatureMap map, int nu, Normalisation by, float[] x, int at, int d, float[] phi) {
    int n;
    if (map == FeatureMap.DPFP) {
      n = 2 * nu * d;
      dpfp(x, at, d, nu, phi);
    } else {
      n = d;
      eluPlusOne(x, at, d, phi);
    }
    normalise(phi, n, by);
  }
}
