package io.fastweights.kernels.train;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Weights before training, as PyTorch sets them: seeded. */
public final class InitialWeights {
  private InitialWeights() {}

  /**
   * Embeddings N(0, 1), linear layers uniform within 1 / sqrt(in), norms 1 and 0.
   *
   * @return values in the order of the layout
   */
  public static float[] of(ParameterLayout layout, long seed) {
    float[] values = new float[layout.size()];
    for (ParameterLayout.Slice s : layout.slices()) {
      SplittableRandom random = new SplittableRandom(Seeds.mix(seed, s.at()));
      if (s.name().startsWith("embedding.")) {
        for (int i = s.at(); i < s.at() + s.size(); i++) {
          values[i] = (float) random.nextGaussian();
        }
      } else if (s.name().endsWith("norm.weight")) {
        Arrays.fill(values, s.at(), s.at() + s.size(), 1f);
      } else if (!s.name().endsWith("norm.bias")) {
        double bound = 1 / Math.sqrt(inputs(layout, s));
        for (int i = s.at(); i < s.at() + s.size(); i++) {
          values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
      }
    }
    return values;
  }

  private static int inputs(ParameterLayout layout, ParameterLayout.Slice s) {
    return s.isMatrix()
        ? s.shape()[1]
        : layout.slice(s.name().replace(".bias", ".weight")).shape()[1];
  }
}
