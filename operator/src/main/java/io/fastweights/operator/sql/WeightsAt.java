package io.fastweights.operator.sql;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.api.AllowedPaths;
import java.io.IOException;

/** Weights files on any file system that Flink supports. */
final class WeightsAt {
  private WeightsAt() {}

  /**
   * @param allowed paths and digests of weights
   * @throws IllegalArgumentException if the file is not allowed, there is no such file, or it is no
   *     weights file; names the argument {@code weights}
   */
  static SlowWeights read(String path, AllowedPaths allowed) {
    try {
      return WeightsFile.load(allowed.read(path), path).weights();
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException("weights: cannot read " + path + ": " + e.getMessage(), e);
    }
  }
}
