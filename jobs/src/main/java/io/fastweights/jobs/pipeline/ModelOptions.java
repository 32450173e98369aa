package io.fastweights.jobs.pipeline;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.WeightsFile;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What the events are and what learns from them. */
public final class ModelOptions {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description = "The schema of the events, JSON. Weights may carry it instead.")
  private Path schemaFile;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "A trained model, safetensors. Without it an associative memory learns from zero.")
  private Path weightsFile;

  /** The trained model; null for an associative memory. */
  public SlowWeights weights() throws IOException {
    return weightsFile == null ? null : WeightsFile.read(weightsFile);
  }

  /**
   * The schema of the events: the file's, or the weights' own.
   *
   * @param weights null for an associative memory
   * @throws IllegalArgumentException if there is none, or it is not the one the weights know
   */
  public Schema schema(SlowWeights weights) throws IOException {
    if (weights == null) {
      if (schemaFile == null) {
        throw new ParameterException(
            command.commandLine(), "Missing option: '--schema=FILE', as there are no weights");
      }
      Schema schema = readSchema();
      if (schema.target() == null) {
        throw new IllegalArgumentException(
            schemaFile + " has no target: without weights there is nothing to learn");
      }
      return schema;
    }
    if (weights.schema() == null) {
      throw new IllegalArgumentException(
          weightsFile + " carries no schema: its model is not one over events of columns");
    }
    Schema schema = schemaFile == null ? weights.schema() : readSchema();
    if (!schema.withoutColumns().equals(weights.schema().withoutColumns())) {
      throw new IllegalArgumentException(
          "%s has other fields or another target than %s was trained with: %s"
              .formatted(schemaFile, weightsFile, weights.schema().withoutColumns()));
    }
    return schema;
  }

  private Schema readSchema() throws IOException {
    try {
      return SchemaJson.parse(Files.readString(schemaFile));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(schemaFile + ": " + e.getMessage(), e);
    }
  }
}
