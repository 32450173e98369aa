package io.fastweights.kernels.model;

import io.fastweights.kernels.model.WeightsFormatException.Kind;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A difference between given tensors and those of a model.
 *
 * @param kind a tensor is missing, surplus or of another shape
 * @param tensor its name
 * @param message says so, with both shapes
 */
public record TensorMismatch(Kind kind, String tensor, String message) {

  /** The first tensor, in the order of the model, that is not as expected. */
  public static Optional<TensorMismatch> find(
      Map<String, int[]> expected, Map<String, int[]> actual) {
    for (Map.Entry<String, int[]> entry : expected.entrySet()) {
      String name = entry.getKey();
      String wanted = Arrays.toString(entry.getValue());
      int[] shape = actual.get(name);
      if (shape == null) {
        String message = String.format(Locale.ROOT, "tensor %s %s is missing", name, wanted);
        return Optional.of(new TensorMismatch(Kind.MISSING_TENSOR, name, message));
      }
      if (!Arrays.equals(entry.getValue(), shape)) {
        String message =
            String.format(
                Locale.ROOT,
                "tensor %s has shape %s, must have %s",
                name,
                Arrays.toString(shape),
                wanted);
        return Optional.of(new TensorMismatch(Kind.WRONG_SHAPE, name, message));
      }
    }
    for (Map.Entry<String, int[]> entry : actual.entrySet()) {
      String name = entry.getKey();
      if (!expected.containsKey(name)) {
        String message =
            String.format(
                Locale.ROOT,
                "tensor %s %s is not part of the model",
                name,
                Arrays.toString(entry.getValue()));
        return Optional.of(new TensorMismatch(Kind.SURPLUS_TENSOR, name, message));
      }
    }
    return Optional.empty();
  }
}
