package io.fastweights.jobs.pipeline;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.weights.WeightsFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The id in the metadata of two weights files that were trained together. The second model has
 * learned from the answers of one first model: beside another one it predicts badly, and no shape
 * tells. Files without an id are of an earlier version and are taken.
 */
public final class PairId {
  private static final String KEY = "pair";

  private PairId() {}

  /** Metadata of both files: an id made of the first model's tensors. */
  public static Map<String, String> of(SlowWeights first) {
    CRC32C crc = new CRC32C();
    for (Tensor tensor : first.tensors().values()) {
      ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * tensor.data().length);
      bytes.asFloatBuffer().put(tensor.data());
      crc.update(bytes);
    }
    return Map.of(KEY, String.format(Locale.ROOT, "%08x", crc.getValue()));
  }

  /**
   * @throws IllegalArgumentException if both files have an id and the ids differ
   */
  static void check(Path firstFile, WeightsFile first, Path secondFile, WeightsFile second) {
    String expected = first.metadata().get(KEY);
    String actual = second.metadata().get(KEY);
    if (expected != null && actual != null && !actual.equals(expected)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s was trained with another first model than %s: their pair ids are %s and %s",
              secondFile,
              firstFile.getFileName(),
              actual,
              expected));
    }
  }
}
