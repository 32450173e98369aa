package io.fastweights.kernels.math;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.numeric.Layers.Dense;
import io.fastweights.kernels.numeric.Layers.Norm;
import java.util.ArrayList;
import java.util.List;

/**
 * Slow weights laid out for stepping: one form for the cell, the attention layer and the
 * transformer.
 *
 * @param layers the layers, first to last
 * @param norm layer norm of the hidden vector, or null
 * @param head the read-out, or null where the hidden vector is the output
 */
public record Network(List<Layer> layers, Norm norm, Dense head) {

  /**
   * One layer. The norms and the feed-forward block are null outside a transformer.
   *
   * @param qkv gives [q | k | v]: heads * d, heads * d, heads * columns floats
   * @param beta gives one float a head, before the gate
   * @param forget gives one float a head, before the gate; null without a forget gate
   * @param out mixes the heads' read-outs
   */
  public record Layer(
      Norm attentionNorm,
      Dense qkv,
      Dense beta,
      Dense forget,
      Dense out,
      Norm feedForwardNorm,
      Dense feedForwardIn,
      Dense feedForwardOut) {}

  /** Lays out a model's weights. */
  public static Network of(SlowModel model) {
    SlowWeights w = model.weights();
    ModelConfig c = w.config();
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < c.depth(); i++) {
      layers.add(layer(w, c, i));
    }
    Dense head = c.outputs() > 0 ? linear(w, "head", c.dim(), c.outputs()) : null;
    return new Network(List.copyOf(layers), c.finalNorm() ? norm(w, "norm") : null, head);
  }

  private static Layer layer(SlowWeights w, ModelConfig c, int i) {
    String at = SlowWeights.attentionPrefix(c, i);
    int read = c.heads() * c.valueDim();
    Dense qkv =
        c.architecture() == Architecture.CELL
            ? cellProjection(w, c)
            : Dense.of(c.dim(), 3 * c.heads() * c.dimHead(), w.get(at + "to_qkv.weight"), null);
    Dense beta = linear(w, at + "to_beta", c.dim(), c.heads());
    Dense forget = c.forgets() ? linear(w, at + "to_forget", c.dim(), c.heads()) : null;
    Dense out = linear(w, at + "to_out", read, c.dim());
    if (c.architecture() != Architecture.TRANSFORMER) {
      return new Layer(null, qkv, beta, forget, out, null, null, null);
    }
    String f = "layers." + i + ".1.";
    int wide = c.dim() * c.ffMult();
    return new Layer(
        norm(w, "layers." + i + ".0.norm"),
        qkv,
        beta,
        forget,
        out,
        norm(w, f + "norm"),
        linear(w, f + "fn.net.0", c.dim(), wide),
        linear(w, f + "fn.net.3", wide, c.dim()));
  }

  private static Dense cellProjection(SlowWeights w, ModelConfig c) {
    int out = 2 * c.dim() + c.valueDim();
    float[] weight = new float[out * c.dim()];
    float[] bias = new float[out];
    int row = 0;
    for (String name : new String[] {"to_q", "to_k", "to_v"}) {
      float[] part = w.get(name + ".bias");
      System.arraycopy(part, 0, bias, row, part.length);
      System.arraycopy(w.get(name + ".weight"), 0, weight, row * c.dim(), part.length * c.dim());
      row += part.length;
    }
    return Dense.of(c.dim(), out, weight, bias);
  }

  private static Dense linear(SlowWeights w, String name, int in, int out) {
    return Dense.of(in, out, w.get(name + ".weight"), w.get(name + ".bias"));
  }

  private static Norm norm(SlowWeights w, String name) {
    return new Norm(w.get(name + ".weight"), w.get(name + ".bias"));
  }
}
