package io.fastweights.operator;

import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Weights that were found sound, as they travel to every subtask and into the checkpoint: with the
 * bytes of their file, so that nothing depends on the file any more.
 *
 * @param path where the file was
 * @param version of the weights
 * @param generation of the memories that the weights work on: the version of the last weights that
 *     began with empty ones, or 0
 * @param sha256 of the bytes, in hexadecimal digits
 * @param bytes the file
 */
@Internal
public record CheckedModel(
    String path, long version, long generation, String sha256, byte[] bytes) {

  /** The same without its file, for whoever has made a model of it. */
  CheckedModel withoutBytes() {
    return new CheckedModel(path, version, generation, sha256, null);
  }

  static TypeInformation<CheckedModel> type() {
    return Types.POJO(CheckedModel.class);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "version %d, %s (SHA-256 %s)", version, path, sha256);
  }
}
