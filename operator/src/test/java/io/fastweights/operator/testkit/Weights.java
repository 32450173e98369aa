package io.fastweights.operator.testkit;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.api.Sha256;
import io.fastweights.operator.stored.CheckedWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Weights that come while an operator runs. */
public final class Weights {
  private Weights() {}

  /** The checker's output for weights. */
  public static CheckedWeights checked(SlowWeights weights, long version, long generation) {
    try {
      return read(weights, version, generation);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CheckedWeights read(SlowWeights weights, long version, long generation)
      throws IOException {
    Path file = Files.createTempFile("weights", ".safetensors");
    try {
      WeightsFile.write(weights, file);
      byte[] bytes = Files.readAllBytes(file);
      return new CheckedWeights(file.toString(), version, generation, Sha256.hex(bytes), bytes);
    } finally {
      Files.delete(file);
    }
  }

  /** Of the trips' schema, with memories of another shape than any {@link TestModel}'s. */
  public static SlowWeights ofAnotherShape(long seed) {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(8)
            .depth(1)
            .heads(2)
            .dimHead(6)
            .nu(1)
            .ffMult(2)
            .outputs(Trips.OUTCOMES.size())
            .build();
    return TestModel.random(config, Trips.schema(), seed);
  }
}
