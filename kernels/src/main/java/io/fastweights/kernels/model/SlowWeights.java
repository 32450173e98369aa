package io.fastweights.kernels.model;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The trained parameters of a model: what backpropagation learns, as against the fast weights W
 * that every event rewrites. Names and shapes are dpfp-pytorch's, so a {@code state_dict} loads as
 * it is.
 */
public final class SlowWeights implements Serializable {
  private static final long serialVersionUID = 1L;

  private final ModelConfig config;
  private final LinkedHashMap<String, Tensor> tensors;

  /**
   * @throws IllegalArgumentException if a tensor is missing, surplus or of another shape
   */
  public SlowWeights(ModelConfig config, Map<String, Tensor> tensors) {
    this.config = config;
    this.tensors = new LinkedHashMap<>();
    expectedShapes(config)
        .forEach(
            (name, shape) -> {
              Tensor tensor = tensors.get(name);
              if (tensor == null) {
                throw new IllegalArgumentException(
                    "tensor " + name + " " + Arrays.toString(shape) + " is missing");
              }
              if (!Arrays.equals(shape, tensor.shape())) {
                throw new IllegalArgumentException(
                    "tensor %s has shape %s, must have %s"
                        .formatted(name, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
              }
              this.tensors.put(name, tensor);
            });
    for (String name : tensors.keySet()) {
      if (!this.tensors.containsKey(name)) {
        throw new IllegalArgumentException("tensor " + name + " is not part of the model");
      }
    }
  }

  public ModelConfig config() {
    return config;
  }

  /** All tensors in the order of the model; not to be written to. */
  public Map<String, Tensor> tensors() {
    return java.util.Collections.unmodifiableMap(tensors);
  }

  /** The values of a tensor; not to be written to. */
  public float[] get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return tensor.data();
  }

  /** The name before a layer's attention parameters. */
  public static String attentionPrefix(ModelConfig config, int layer) {
    return config.architecture() == ModelConfig.Architecture.TRANSFORMER
        ? "layers." + layer + ".0.fn."
        : "";
  }

  /** Every tensor a model of this configuration has, with its shape, in the order of the model. */
  public static Map<String, int[]> expectedShapes(ModelConfig c) {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    int inner = c.heads() * c.dimHead();
    if (c.vocabulary() > 0) {
      shapes.put("embedding.weight", new int[] {c.vocabulary(), c.dim()});
    }
    switch (c.architecture()) {
      case CELL -> {
        linear(shapes, "to_q", c.dim(), c.dim());
        linear(shapes, "to_k", c.dim(), c.dim());
        linear(shapes, "to_v", c.valueDim(), c.dim());
        linear(shapes, "to_out", c.dim(), c.valueDim());
        linear(shapes, "to_beta", 1, c.dim());
      }
      case ATTENTION -> attention(shapes, "", c, inner);
      case TRANSFORMER -> {
        for (int layer = 0; layer < c.depth(); layer++) {
          String a = "layers." + layer + ".0.";
          String f = "layers." + layer + ".1.";
          norm(shapes, a + "norm", c.dim());
          attention(shapes, a + "fn.", c, inner);
          norm(shapes, f + "norm", c.dim());
          linear(shapes, f + "fn.net.0", c.dim() * c.ffMult(), c.dim());
          linear(shapes, f + "fn.net.3", c.dim(), c.dim() * c.ffMult());
        }
      }
    }
    if (c.outputs() > 0) {
      linear(shapes, "head", c.outputs(), c.dim());
    }
    return shapes;
  }

  private static void attention(Map<String, int[]> shapes, String at, ModelConfig c, int inner) {
    shapes.put(at + "to_qkv.weight", new int[] {3 * inner, c.dim()});
    linear(shapes, at + "to_beta", c.heads(), c.dim());
    linear(shapes, at + "to_out", c.dim(), inner);
  }

  private static void linear(Map<String, int[]> shapes, String name, int out, int in) {
    shapes.put(name + ".weight", new int[] {out, in});
    shapes.put(name + ".bias", new int[] {out});
  }

  private static void norm(Map<String, int[]> shapes, String name, int dim) {
    shapes.put(name + ".weight", new int[] {dim});
    shapes.put(name + ".bias", new int[] {dim});
  }
}
