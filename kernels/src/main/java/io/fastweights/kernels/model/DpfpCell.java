package io.fastweights.kernels.model;

import io.fastweights.kernels.model.ModelConfig.Architecture;

/**
 * The paper's single cell (Schlag et al. 2021, section 4.2): q, k, v and beta from linear layers
 * with bias, one head, values as wide as phi, and a linear read-out. dpfp-pytorch's {@code
 * DPFPCell} with the paper's products and normalised keys.
 */
public record DpfpCell(SlowWeights weights) implements SlowModel {

  public DpfpCell {
    if (weights.config().architecture() != Architecture.CELL) {
      throw new IllegalArgumentException(
          "weights are of a " + weights.config().architecture() + ", not of a CELL");
    }
  }
}
