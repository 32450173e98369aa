package io.fastweights.jobs.experiment.retrieval;

import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.train.network.FeatureGradient;
import java.util.SplittableRandom;

/** A feature map phi of the synthetic retrieval, with its gradient. */
sealed interface RetrievalFeatures permits RetrievalFeatures.Fixed, FavorFeatures {

  /** Floats of phi. */
  int features();

  /** Before a forward pass: a random map draws itself anew. */
  void refresh(SplittableRandom random);

  /**
   * Features of x[at ... at + d - 1].
   *
   * @return divisor of phi; 0 where it is 0 everywhere
   */
  float forward(float[] x, int at, float[] out, int outAt);

  /**
   * Adds the gradient of x.
   *
   * @param size the value that {@link #forward} returned
   * @param out the features, of the same map
   * @param g their gradients; changed
   */
  void backward(
      float[] x, int at, float size, float[] out, float[] g, int outAt, float[] gradX, int gradAt);

  /** elu + 1 (Katharopoulos et al. 2020) or DPFP. */
  record Fixed(FeatureGradient gradient) implements RetrievalFeatures {

    Fixed(FeatureMap map, int nu, Normalisation normalisation, int d) {
      this(new FeatureGradient(map, nu, normalisation, d));
    }

    @Override
    public int features() {
      return gradient.features();
    }

    @Override
    public void refresh(SplittableRandom random) {
      // There is nothing random in it.
    }

    @Override
    public float forward(float[] x, int at, float[] out, int outAt) {
      return gradient.forward(x, at, out, outAt);
    }

    @Override
    public void backward(
        float[] x, int at, float size, float[] out, float[] g, int outAt, float[] gradX, int to) {
      gradient.backward(x, at, size, out, g, outAt, gradX, to);
    }
  }
}
