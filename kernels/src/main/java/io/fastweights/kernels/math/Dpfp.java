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
  /**
   * Sizes of phi between which no product and no square that counts leaves the range of floats.
   * Beyond them phi is computed anew from a scaled x.
   */
  private static final float SMALLEST = 0x1p-40f;

  private static final float LARGEST = 0x1p60f;

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
    dpfp(x, at, d, nu, 1, phi);
  }

  /** phi of scale * x. */
  private static void dpfp(float[] x, int at, int d, int nu, float scale, float[] phi) {
    int n = 2 * d;
    for (int j = 1; j <= nu; j++) {
      for (int i = 0; i < n; i++) {
        phi[(j - 1) * n + i] =
            scale * rectified(x, at, d, i) * (scale * rectified(x, at, d, (i - j + n) % n));
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

  /** The sum of phi, or its Euclidean length. */
  public static float size(float[] phi, int n, Normalisation by) {
    return switch (by) {
      case SUM -> Sums.sum(phi, 0, n);
      case UNIT -> (float) Math.sqrt(Sums.squares(phi, 0, n));
    };
  }

  /** True if phi of this size is exact; otherwise {@link #rescale} makes it exact. */
  public static boolean isOrdinary(float size) {
    return size >= SMALLEST && size <= LARGEST;
  }

  /**
   * Computes phi anew, of x or of itself times a power of two that brings the largest value near 1:
   * normalised features do not depend on the scale of x, but their products and squares leave the
   * range of floats for an x of 1e-12 or 1e20. A power of two changes no bit of what stays in it.
   *
   * @param phi the features of x; rewritten
   * @return the factor of x, or of phi under {@code ELU_PLUS_ONE}
   */
  public static float rescale(FeatureMap map, int nu, float[] x, int at, int d, float[] phi) {
    if (map == FeatureMap.DPFP) {
      float scale = scale(x, at, d);
      dpfp(x, at, d, nu, scale, phi);
      return scale;
    }
    float scale = scale(phi, 0, d);
    for (int i = 0; i < d; i++) {
      phi[i] *= scale;
    }
    return scale;
  }

  /** The power of two that brings the largest magnitude to 1 ... 4; 1 where there is none. */
  public static float scale(float[] x, int at, int n) {
    float largest = 0;
    for (int i = at; i < at + n; i++) {
      float magnitude = Math.abs(x[i]);
      largest = magnitude > largest ? magnitude : largest;
    }
    return largest == 0 || largest == Float.POSITIVE_INFINITY
        ? 1
        : Math.scalb(1f, -Math.min(Math.getExponent(largest), Float.MAX_EXPONENT - 1));
  }

  /**
   * The factor that divides phi by its sum (section 4.2, equation 25) or by its Euclidean length. A
   * size without an inverse in float (0, or below the smallest normal number) gives 0. Then phi is
   * 0, and nothing is read or written.
   */
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
    float size = size(phi, n, by);
    if (!isOrdinary(size)) {
      rescale(map, nu, x, at, d, phi);
      size = size(phi, n, by);
    }
    float inverse = inverse(size);
    for (int i = 0; i < n; i++) {
      phi[i] *= inverse;
    }
  }
}
