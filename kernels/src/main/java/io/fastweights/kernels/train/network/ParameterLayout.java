package io.fastweights.kernels.train.network;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.schema.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's parameters one after the other in a single array, in the order of {@link SlowWeights}:
 * what the optimiser, the reduction of gradients and the checkpoint work on.
 */
public final class ParameterLayout {
  private final ModelConfig config;
  private final Schema schema;
  private final List<Slice> slices = new ArrayList<>();
  private final Map<String, Slice> byName = new LinkedHashMap<>();
  private final int size;

  /**
   * One tensor's place.
   *
   * @param name as in the weights file
   * @param shape outermost dimension first
   * @param at its first float
   * @param size its floats
   */
  public record Slice(String name, int[] shape, int at, int size) {
    /** Rows of a matrix, or the floats of a vector. */
    int rows() {
      return shape[0];
    }

    public boolean isMatrix() {
      return shape.length == 2;
    }
  }

  /**
   * @param schema may be null
   * @throws IllegalArgumentException if the schema does not fit, or the parameters are more than
   *     one Java array holds
   */
  public ParameterLayout(ModelConfig config, Schema schema) {
    this.config = config;
    this.schema = schema;
    long at = 0;
    for (Map.Entry<String, int[]> e : SlowWeights.expectedShapes(config, schema).entrySet()) {
      long floats = 1;
      for (int n : e.getValue()) {
        floats *= n;
      }
      if (at + floats > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "the model has more than " + (Integer.MAX_VALUE - 8) + " parameters");
      }
      Slice slice = new Slice(e.getKey(), e.getValue(), (int) at, (int) floats);
      slices.add(slice);
      byName.put(slice.name, slice);
      at += floats;
    }
    size = (int) at;
  }

  public ModelConfig config() {
    return config;
  }

  /** The schema of the model's events, or null. */
  public Schema schema() {
    return schema;
  }

  /** Floats of all parameters. */
  public int size() {
    return size;
  }

  /** The tensors, in the order of the model. */
  public List<Slice> slices() {
    return slices;
  }

  /**
   * @throws IllegalArgumentException if the model has no such tensor
   */
  public Slice slice(String name) {
    Slice slice = byName.get(name);
    if (slice == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return slice;
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  /** The tensor that a float of the array belongs to. */
  public String nameAt(int index) {
    for (Slice slice : slices) {
      if (index < slice.at + slice.size) {
        return slice.name;
      }
    }
    throw new IndexOutOfBoundsException(index);
  }

  /** Copies weights into one array. */
  public float[] values(SlowWeights weights) {
    float[] values = new float[size];
    for (Slice slice : slices) {
      System.arraycopy(weights.get(slice.name), 0, values, slice.at, slice.size);
    }
    return values;
  }

  /** Copies an array out as weights. */
  public SlowWeights weights(float[] values) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Slice s : slices) {
      float[] data = Arrays.copyOfRange(values, s.at, s.at + s.size);
      tensors.put(s.name, new Tensor(s.shape.clone(), data));
    }
    return new SlowWeights(config, schema, tensors);
  }

  /** Each matrix transposed in its own place, which the forward pass multiplies with. */
  void transpose(float[] values, float[] transposed) {
    for (Slice s : slices) {
      if (!s.isMatrix() || s.name.startsWith("embedding.")) {
        continue;
      }
      int rows = s.shape[0];
      int columns = s.shape[1];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          transposed[s.at + c * rows + r] = values[s.at + r * columns + c];
        }
      }
    }
  }
}
