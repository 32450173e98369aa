package io.fastweights.jobs.train;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import picocli.CommandLine.Option;

/** Options of the shape of a model that is trained. */
public final class ModelSizes {
  @Option(
      names = "--dim",
      paramLabel = "N",
      defaultValue = "32",
      description = "Floats of an event's vector (default: ${DEFAULT-VALUE}).")
  private int dim;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "1",
      description = "Layers, each with memories of its own (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Option(
      names = "--heads",
      paramLabel = "N",
      defaultValue = "4",
      description = "Memories of a layer (default: ${DEFAULT-VALUE}).")
  private int heads;

  @Option(
      names = "--dim-head",
      paramLabel = "N",
      defaultValue = "8",
      description = "Floats of a memory's values and keys (default: ${DEFAULT-VALUE}).")
  private int dimHead;

  @Option(
      names = "--nu",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Capacity of a memory: it has 2 * nu * dim-head rows (default: ${DEFAULT-VALUE}).")
  private int nu;

  @Option(
      names = "--ff-mult",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Width of the feed-forward block, in multiples of dim (default: ${DEFAULT-VALUE}).")
  private int ffMult;

  @Option(
      names = "--normalisation",
      paramLabel = "NAME",
      defaultValue = "unit",
      description = "Of phi: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Normalisation normalisation;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      defaultValue = "delta",
      description =
          "How an event rewrites a memory: delta, sum, or gated_delta, which is the delta rule with a"
              + " forget gate (default: ${DEFAULT-VALUE}).")
  private UpdateRule rule;

  /** A transformer of these sizes with a final norm. */
  ModelConfig model(int outputs) {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(dim)
        .depth(depth)
        .heads(heads)
        .dimHead(dimHead)
        .nu(nu)
        .ffMult(ffMult)
        .finalNorm(true)
        .normalisation(normalisation)
        .updateRule(rule)
        .outputs(outputs)
        .build();
  }
}
