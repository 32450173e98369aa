package io.fastweights.kernels.model;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A named parameter's values.
 *
 * @param shape the dimensions, outermost first; a scalar has none
 * @param data the values, row-major; not copied
 */
public record Tensor(int[] shape, float[] data) implements Serializable {

  public Tensor {
    long size = 1;
    for (int n : shape) {
      size *= n;
    }
    if (size != data.length) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " holds " + size + " floats, not " + data.length);
    }
  }

  public static Tensor of(float[] data, int... shape) {
    return new Tensor(shape, data);
  }
}
