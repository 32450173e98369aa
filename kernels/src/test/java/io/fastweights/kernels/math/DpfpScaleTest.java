package io.fastweights.kernels.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.numeric.Sums;
import io.fastweights.kernels.train.network.FeatureGradient;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Normalised DPFP features do not depend on the length of their key. */
class DpfpScaleTest {
  private static final int D = 16;
  private static final int NU = 2;

  private static float[] features(Normalisation by, float[] x) {
    float[] phi = new float[2 * NU * D];
    Dpfp.features(FeatureMap.DPFP, NU, by, x, 0, D, phi);
    return phi;
  }

  private static float[] scaled(float[] x, double by) {
    float[] y = new float[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) (x[i] * by);
    }
    return y;
  }

  /** To the bit for powers of two, where no value leaves the range of floats itself. */
  @ParameterizedTest
  @ValueSource(ints = {-100, -64, -33, -20, 1, 20, 31, 62, 64, 100})
  void arenTouchedByAPowerOfTwo(int exponent) {
    SplittableRandom random = new SplittableRandom(7);
    for (Normalisation by : Normalisation.values()) {
      for (int i = 0; i < 20; i++) {
        float[] x = RandomModels.gaussian(random, D);
        assertThat(features(by, scaled(x, Math.scalb(1.0, exponent))))
            .as("%s, 2^%d", by, exponent)
            .isEqualTo(features(by, x));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1e-36", "1e-20", "1e-12", "1e12", "1e20", "1e37"})
  void haveUnitLengthForAKeyOfAnyLength(double scale) {
    float[] x = RandomModels.gaussian(new SplittableRandom(3), D);
    float[] phi = features(Normalisation.UNIT, scaled(x, scale));
    assertThat(Math.sqrt(Sums.squares(phi, 0, phi.length))).isCloseTo(1, within(1e-6));
    float[] usual = features(Normalisation.UNIT, x);
    for (int i = 0; i < phi.length; i++) {
      assertThat(phi[i]).as("feature %d", i).isCloseTo(usual[i], within(1e-6f));
    }
  }

  @ParameterizedTest
  @CsvSource({"1e19", "1e37"})
  void eluFeaturesStayInRange(double scale) {
    float[] x = scaled(RandomModels.gaussian(new SplittableRandom(3), D), scale);
    for (Normalisation by : Normalisation.values()) {
      float[] phi = new float[D];
      Dpfp.features(FeatureMap.ELU_PLUS_ONE, 1, by, x, 0, D, phi);
      float size = Dpfp.size(phi, D, by);
      assertThat(size).as("%s", by).isCloseTo(1, within(1e-6f));
    }
  }

  /** d phi / d x of c x is that of x, divided by c. */
  @ParameterizedTest
  @CsvSource({"DPFP, -40", "DPFP, 40", "ELU_PLUS_ONE, 70"})
  void trainingScalesAsTheEnginesDo(FeatureMap map, int exponent) {
    SplittableRandom random = new SplittableRandom(5);
    FeatureGradient gradient = new FeatureGradient(map, NU, Normalisation.UNIT, D);
    int n = gradient.features();
    double c = Math.scalb(1.0, exponent);
    for (int i = 0; i < 10; i++) {
      float[] x = RandomModels.gaussian(random, D);
      // So large that elu(x) + 1 is x: then its features have no scale either.
      float[] unit = map == FeatureMap.DPFP ? x : scaled(x, 0x1p25);
      float[] g = RandomModels.gaussian(random, n);
      float[] expected = gradient(gradient, unit, g);
      float[] actual = gradient(gradient, scaled(unit, c), g);
      for (int j = 0; j < D; j++) {
        assertThat((double) actual[j] * c)
            .as("%s, gradient %d", map, j)
            .isCloseTo(expected[j], within(1e-6 * (1 + Math.abs(expected[j]))));
      }
    }
  }

  private static float[] gradient(FeatureGradient gradient, float[] x, float[] g) {
    float[] out = new float[gradient.features()];
    float[] gradX = new float[D];
    float size = gradient.forward(x, 0, out, 0);
    gradient.backward(x, 0, size, out, g.clone(), 0, gradX, 0);
    return gradX;
  }
}
