package io.fastweights.operator.sql;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.WeightsFile;
import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** Weights files wherever Flink has a file system for. */
final class WeightsAt {
  private WeightsAt() {}

  /**
   * @throws IllegalArgumentException if there is no such file, or it is no weights file; names the
   *     argument {@code weights}
   */
  static SlowWeights read(String path) {
    try {
      Path file = new Path(path);
      FileSystem files = file.getFileSystem();
      try (InputStream in = files.open(file)) {
        return WeightsFile.read(in, path);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException("weights: cannot read " + path + ": " + e.getMessage(), e);
    }
  }
}
