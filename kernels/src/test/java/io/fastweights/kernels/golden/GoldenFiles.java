package io.fastweights.kernels.golden;

import static org.assertj.core.api.Assertions.fail;

import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.weights.Safetensors;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;

/**
 * Golden vectors: what PyTorch computes, in float64 where the file does not say otherwise. They
 * come from the folder that the system property {@code fastweights.golden} names, or from the test
 * resources; shapes and hyper-parameters are the files' own.
 */
public final class GoldenFiles {
  /** Largest |a - b| / (1 + |b|). */
  static final double TOLERANCE = 1e-5;

  private GoldenFiles() {}

  /** The tensors of a file, by its name without the extension. */
  public static Safetensors tensors(String name) throws IOException {
    return Safetensors.of(bytes(name), name);
  }

  /** The model whose weights a file holds. */
  public static SlowModel model(String name) throws IOException {
    return SlowModel.of(WeightsFile.load(bytes(name), name).weights());
  }

  private static byte[] bytes(String name) throws IOException {
    String folder = System.getProperty("fastweights.golden", "");
    String file = name + ".safetensors";
    if (!folder.isEmpty()) {
      return Files.readAllBytes(Path.of(folder, file));
    }
    try (InputStream in = GoldenFiles.class.getResourceAsStream("/golden/" + file)) {
      if (in == null) {
        throw new IOException("no golden file " + file);
      }
      return in.readAllBytes();
    }
  }

  /** Fails with both numbers and the index unless |a - b| is within tolerance * (1 + |b|). */
  static void assertClose(String what, float[] expected, float[] actual, double tolerance) {
    if (expected.length != actual.length) {
      fail("%s: expected %d floats, got %d", what, expected.length, actual.length);
    }
    for (int i = 0; i < expected.length; i++) {
      assertClose(what, i, expected[i], actual[i], tolerance);
    }
  }

  private static void assertClose(String what, int i, double e, double a, double tolerance) {
    double error = Math.abs(a - e) / (1 + Math.abs(e));
    if (!(error <= tolerance)) {
      fail(
          "%s [%d]: expected %s, got %s (error %.2g, at most %.2g)",
          what, i, e, a, error, tolerance);
    }
  }

  /** {@link #assertClose} over float[rows][size], with the actual rows made one by one. */
  static void assertRowsClose(
      String what, float[] expected, int size, IntFunction<float[]> actual, double tolerance) {
    for (int row = 0; row < expected.length / size; row++) {
      float[] values = actual.apply(row);
      if (values.length != size) {
        fail("%s, row %d: expected %d floats, got %d", what, row, size, values.length);
      }
      for (int i = 0; i < size; i++) {
        int at = row * size + i;
        assertClose(what + ", row " + row, i, expected[at], values[i], tolerance);
      }
    }
  }
}
