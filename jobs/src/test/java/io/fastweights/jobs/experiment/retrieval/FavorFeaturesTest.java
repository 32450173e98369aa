package io.fastweights.jobs.experiment.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FavorFeaturesTest {
  private static final int D = 8;

  /** E[phi(x) . phi(y)] = exp(x . y): what the features are for. */
  @Test
  void productsOfFeaturesAreTheSoftmaxKernelOnAverage() {
    SplittableRandom random = new SplittableRandom(1);
    float[] x = vector(random);
    float[] y = vector(random);
    double expected = Math.exp(product(x, y, D));
    FavorFeatures features = new FavorFeatures(D, 20, false);
    double sum = 0;
    int draws = 3000;
    float[] ofX = new float[features.features()];
    float[] ofY = new float[features.features()];
    for (int i = 0; i < draws; i++) {
      features.refresh(random);
      assertThat(features.forward(x, 0, ofX, 0)).isEqualTo(1f);
      features.forward(y, 0, ofY, 0);
      sum += product(ofX, ofY, ofX.length);
    }
    assertThat(sum / draws).isCloseTo(expected, within(0.02 * expected));
  }

  @Test
  void normalisedFeaturesArePositiveAndSumToOne() {
    SplittableRandom random = new SplittableRandom(2);
    FavorFeatures features = new FavorFeatures(D, 5, true);
    features.refresh(random);
    float[] phi = new float[features.features()];
    assertThat(features.forward(vector(random), 0, phi, 0)).isPositive();
    double sum = 0;
    for (float value : phi) {
      assertThat(value).isPositive();
      sum += value;
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
  }

  @Test
  void everyRefreshDrawsAnotherProjection() {
    SplittableRandom random = new SplittableRandom(3);
    FavorFeatures features = new FavorFeatures(D, 5, true);
    float[] x = vector(random);
    float[] first = new float[features.features()];
    float[] second = new float[features.features()];
    features.refresh(random);
    features.forward(x, 0, first, 0);
    features.refresh(random);
    features.forward(x, 0, second, 0);
    assertThat(first).isNotEqualTo(second);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theGradientIsThatOfFiniteDifferences(boolean normalised) {
    SplittableRandom random = new SplittableRandom(4);
    FavorFeatures features = new FavorFeatures(D, 11, normalised);
    features.refresh(random);
    float[] x = vector(random);
    float[] along = new float[features.features()];
    for (int i = 0; i < along.length; i++) {
      along[i] = (float) random.nextGaussian();
    }
    float[] phi = new float[along.length];
    float size = features.forward(x, 0, phi, 0);
    float[] gradient = new float[D];
    features.backward(x, 0, size, phi, along.clone(), 0, gradient, 0);
    for (int j = 0; j < D; j++) {
      double slope = (at(features, x, j, 1e-2f, along) - at(features, x, j, -1e-2f, along)) / 2e-2;
      assertThat((double) gradient[j]).isCloseTo(slope, within(1e-2 * (1 + Math.abs(slope))));
    }
  }

  /** The features with x[j] moved, along a direction. */
  private static double at(FavorFeatures features, float[] x, int j, float by, float[] along) {
    float[] moved = x.clone();
    moved[j] += by;
    float[] phi = new float[along.length];
    features.forward(moved, 0, phi, 0);
    return product(phi, along, phi.length);
  }

  private static float[] vector(SplittableRandom random) {
    float[] x = new float[D];
    for (int i = 0; i < D; i++) {
      x[i] = (float) (0.3 * random.nextGaussian());
    }
    return x;
  }

  private static double product(float[] a, float[] b, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
