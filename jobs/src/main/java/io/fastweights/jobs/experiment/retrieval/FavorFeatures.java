package io.fastweights.jobs.experiment.retrieval;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * FAVOR+ (Choromanski et al. 2021): positive random features of the softmax kernel,
 *
 * <pre>phi(x) = exp(-|x|^2 / 2) / sqrt(2 m) [exp(omega_i . x), exp(-omega_i . x)], i = 1..m</pre>
 *
 * with omegas that are orthogonal in groups of d and as long as gaussian vectors of d floats are.
 * They are drawn anew for every forward pass, as the paper's experiment does.
 */
final class FavorFeatures implements RetrievalFeatures {
  private final int d;
  private final int m;
  private final boolean normalised;

  /** omega_i of place j at {@code j * m + i}. */
  private final float[] byPlace;

  /** The same at {@code i * d + j}. */
  private final float[] byOmega;

  private final float[] projected;

  /**
   * @param d floats of a key before phi
   * @param m omegas, half of the features
   * @param normalised true if phi is divided by its sum
   */
  FavorFeatures(int d, int m, boolean normalised) {
    this.d = d;
    this.m = m;
    this.normalised = normalised;
    byPlace = new float[d * m];
    byOmega = new float[d * m];
    projected = new float[m];
  }

  @Override
  public int features() {
    return 2 * m;
  }

  @Override
  public void refresh(SplittableRandom random) {
    double[][] group = new double[d][d];
    for (int i = 0; i < m; i++) {
      int place = i % d;
      double length = gaussian(group[place], random);
      orthogonalise(group, place);
      for (int j = 0; j < d; j++) {
        byOmega[i * d + j] = (float) (length * group[place][j]);
        byPlace[j * m + i] = byOmega[i * d + j];
      }
    }
  }

  /**
   * @return its length
   */
  private static double gaussian(double[] into, SplittableRandom random) {
    for (int j = 0; j < into.length; j++) {
      into[j] = random.nextGaussian();
    }
    return Math.sqrt(product(into, into));
  }

  /** Gram and Schmidt, twice over for the rounding; the vectors before it have length 1. */
  private static void orthogonalise(double[][] group, int place) {
    double[] vector = group[place];
    for (int twice = 0; twice < 2; twice++) {
      for (int i = 0; i < place; i++) {
        add(-product(group[i], vector), group[i], vector);
      }
    }
    double length = Math.sqrt(product(vector, vector));
    for (int j = 0; j < vector.length; j++) {
      vector[j] /= length;
    }
  }

  private static double product(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private static void add(double scale, double[] a, double[] into) {
    for (int j = 0; j < a.length; j++) {
      into[j] += scale * a[j];
    }
  }

  @Override
  public float forward(float[] x, int at, float[] out, int outAt) {
    Arrays.fill(projected, 0f);
    float squares = 0;
    for (int j = 0; j < d; j++) {
      float value = x[at + j];
      squares = Math.fma(value, value, squares);
      for (int i = 0; i < m; i++) {
        projected[i] = Math.fma(value, byPlace[j * m + i], projected[i]);
      }
    }
    double offset = squares / 2 + Math.log(2.0 * m) / 2;
    float sum = 0;
    for (int i = 0; i < m; i++) {
      out[outAt + i] = (float) Math.exp(projected[i] - offset);
      out[outAt + m + i] = (float) Math.exp(-projected[i] - offset);
      sum += out[outAt + i] + out[outAt + m + i];
    }
    if (!normalised) {
      return 1;
    }
    for (int i = outAt; sum > 0 && i < outAt + 2 * m; i++) {
      out[i] /= sum;
    }
    return sum;
  }

  @Override
  public void backward(
      float[] x, int at, float size, float[] out, float[] g, int outAt, float[] gradX, int to) {
    if (!(size > 0)) {
      return;
    }
    float along = 0;
    for (int i = outAt; normalised && i < outAt + 2 * m; i++) {
      along = Math.fma(out[i], g[i], along);
    }
    // phi_i' = phi_i (omega_i - x), and phi of the normalised feature is out times size.
    float towards = 0;
    for (int i = 0; i < m; i++) {
      float above = (g[outAt + i] - along) * out[outAt + i];
      float below = (g[outAt + m + i] - along) * out[outAt + m + i];
      towards += above + below;
      for (int j = 0; j < d; j++) {
        gradX[to + j] = Math.fma(above - below, byOmega[i * d + j], gradX[to + j]);
      }
    }
    for (int j = 0; j < d; j++) {
      gradX[to + j] = Math.fma(-towards, x[at + j], gradX[to + j]);
    }
  }
}
