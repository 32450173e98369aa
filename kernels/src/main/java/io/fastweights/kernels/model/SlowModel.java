package io.fastweights.kernels.model;

/** A model with slow weights: the cell, the attention layer or the transformer of dpfp-pytorch. */
public sealed interface SlowModel extends Model permits DpfpCell, DpfpAttention, DpfpTransformer {

  SlowWeights weights();

  default ModelConfig config() {
    return weights().config();
  }

  /** The model whose architecture the weights name. */
  static SlowModel of(SlowWeights weights) {
    return switch (weights.config().architecture()) {
      case CELL -> new DpfpCell(weights);
      case ATTENTION -> new DpfpAttention(weights);
      case TRANSFORMER -> new DpfpTransformer(weights);
    };
  }

  @Override
  default MemoryShape memory() {
    return config().memory();
  }

  @Override
  default int features() {
    return config().features();
  }

  @Override
  default int inputDim() {
    return config().dim();
  }

  @Override
  default int targetDim() {
    return 0;
  }

  @Override
  default int hiddenDim() {
    return config().dim();
  }

  @Override
  default int outputDim() {
    return config().outputs() > 0 ? config().outputs() : config().dim();
  }

  @Override
  default int updates() {
    return config().depth();
  }

  @Override
  default int keyDim() {
    return config().dimHead();
  }

  @Override
  default ModelConfig.UpdateRule updateRule() {
    return config().updateRule();
  }

  @Override
  default ModelConfig.FeatureMap featureMap() {
    return config().featureMap();
  }

  @Override
  default ModelConfig.Normalisation normalisation() {
    return config().normalisation();
  }

  @Override
  default int nu() {
    return config().nu();
  }
}
