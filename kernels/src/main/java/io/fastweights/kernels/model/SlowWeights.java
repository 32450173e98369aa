package io.fastweights.kernels.model;

import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The trained parameters of a model: what backpropagation learns, as against the fast weights W
 * that every event rewrites. Names and shapes are dpfp-pytorch's, so a {@code state_dict} loads as
 * it is.
 */
public final class SlowWeights implements Serializable {
  private static final long serialVersionUID = 1L;

  private final ModelConfig config;
  private final String schemaJson;
  private final LinkedHashMap<String, Tensor> tensors;
  private transient Schema schema;

  /**
   * Weights of a model whose input is a vector or a token.
   *
   * @throws IllegalArgumentException if a tensor is missing, surplus or of another shape
   */
  public SlowWeights(ModelConfig config, Map<String, Tensor> tensors) {
    this(config, null, tensors);
  }

  /**
   * Weights of a model over events of a schema, whose embeddings they hold.
   *
   * @param schema of the model's input; null for a model without one
   * @throws IllegalArgumentException if a tensor is missing, surplus or of another shape, or if the
   *     schema does not fit the configuration
   */
  public SlowWeights(ModelConfig config, Schema schema, Map<String, Tensor> tensors) {
    this.config = config;
    this.schema = schema;
    this.schemaJson = schema == null ? null : SchemaJson.write(schema);
    Map<String, int[]> expected = expectedShapes(config, schema);
    Map<String, int[]> actual = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> actual.put(name, tensor.shape()));
    TensorMismatch.find(expected, actual)
        .ifPresent(
            mismatch -> {
              throw new IllegalArgumentException(mismatch.message());
            });
    this.tensors = new LinkedHashMap<>();
    expected.keySet().forEach(name -> this.tensors.put(name, tensors.get(name)));
  }

  public ModelConfig config() {
    return config;
  }

  /** The schema of the model's input; null for a model without one. */
  public Schema schema() {
    // A schema is not serializable, its JSON is: parsed again where the weights were sent.
    if (schema == null && schemaJson != null) {
      schema = SchemaJson.parse(schemaJson);
    }
    return schema;
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

  /**
   * Every tensor a model over events of a schema has: the embeddings of its fields, then those of
   * {@link #expectedShapes(ModelConfig)}.
   *
   * @param schema may be null
   * @throws IllegalArgumentException if the schema does not fit the configuration
   */
  public static Map<String, int[]> expectedShapes(ModelConfig c, Schema schema) {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    if (schema != null) {
      if (c.vocabulary() > 0) {
        throw new IllegalArgumentException(
            "vocabulary is " + c.vocabulary() + ", must be 0 where a schema names the fields");
      }
      if (schema.target() instanceof Target.Item item) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "target %s is an item: only memories without weights predict items",
                item.name()));
      }
      if (schema.target() != null && schema.target().dim() != c.outputs()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "outputs is %d, the schema's target %s takes %d",
                c.outputs(),
                schema.target().name(),
                schema.target().dim()));
      }
      shapes.putAll(schema.embeddingShapes(c.dim()));
    }
    shapes.putAll(expectedShapes(c));
    return shapes;
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
        if (c.forgets()) {
          linear(shapes, "to_forget", 1, c.dim());
        }
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
    if (c.finalNorm()) {
      norm(shapes, "norm", c.dim());
    }
    if (c.outputs() > 0) {
      linear(shapes, "head", c.outputs(), c.dim());
    }
    return shapes;
  }

  private static void attention(Map<String, int[]> shapes, String at, ModelConfig c, int inner) {
    shapes.put(at + "to_qkv.weight", new int[] {3 * inner, c.dim()});
    linear(shapes, at + "to_beta", c.heads(), c.dim());
    if (c.forgets()) {
      linear(shapes, at + "to_forget", c.heads(), c.dim());
    }
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

  /** Encodes events of a schema with these weights' embeddings. */
  public InputEncoder inputs(Schema schema) {
    return InputEncoder.trained(schema, config.dim(), this::get);
  }
}
