package io.fastweights.kernels.model;

import io.fastweights.kernels.model.ModelConfig.Architecture;

/** One multi-head attention layer: dpfp-pytorch's {@code DPFPAttention}, one event at a time. */
public record DpfpAttention(SlowWeights weights) implements SlowModel {

  public DpfpAttention {
    if (weights.config().architecture() != Architecture.ATTENTION) {
      throw new IllegalArgumentException(
          "weights are of a " + weights.config().architecture() + ", not of a ATTENTION");
    }
  }
}
