package io.fastweights.kernels.model;

import io.fastweights.kernels.model.ModelConfig.Architecture;

/**
 * Layers of DPFP attention and feed-forward: dpfp-pytorch's {@code DPFPformer}, with an embedding
 * and a head where the configuration has them.
 */
public record DpfpTransformer(SlowWeights weights) implements SlowModel {

  public DpfpTransformer {
    if (weights.config().architecture() != Architecture.TRANSFORMER) {
      throw new IllegalArgumentException(
          "weights are of a " + weights.config().architecture() + ", not of a TRANSFORMER");
    }
  }
}
