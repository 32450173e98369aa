package io.fastweights.kernels.model;

import io.fastweights.kernels.schema.Schema;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Untrained slow weights, for self-checks, benchmarks and tests. */
public final class RandomWeights {

  /** Makes the values of a parameter. */
  @FunctionalInterface
  public interface Parameter {
    /**
     * @param size the product of the shape
     */
    float[] values(String name, int[] shape, int size);
  }

  private RandomWeights() {}

  /**
   * The parameters of a model, in the order of {@link SlowWeights#expectedShapes}.
   *
   * @param schema null where events are vectors
   */
  public static SlowWeights of(ModelConfig config, Schema schema, Parameter parameter) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    SlowWeights.expectedShapes(config, schema)
        .forEach(
            (name, shape) -> {
              int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
              tensors.put(name, new Tensor(shape, parameter.values(name, shape, size)));
            });
    return new SlowWeights(config, schema, tensors);
  }

  /**
   * Gaussian weights, scaled by the width of the layer; gains are near 1.
   *
   * @param schema null where events are vectors
   */
  public static SlowWeights gaussian(ModelConfig config, Schema schema, SplittableRandom random) {
    return of(
        config,
        schema,
        (name, shape, size) -> {
          float[] data = gaussian(random, size, shape.length == 2 ? 1 / Math.sqrt(shape[1]) : 0.1);
          for (int i = 0; name.endsWith("norm.weight") && i < size; i++) {
            data[i] += 1;
          }
          return data;
        });
  }

  /** Gaussian floats of a standard deviation. */
  public static float[] gaussian(SplittableRandom random, int n, double deviation) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (deviation * random.nextGaussian());
    }
    return x;
  }
}
