package io.fastweights.jobs.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.ReadableConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options of the events' schema and of the model. */
public final class ModelOptions {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description = "The schema of the events, JSON. Weights may carry it instead.")
  private Path schema;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "A trained model, safetensors. Without it an associative memory learns from zero.")
  private Path weights;

  /** Puts what is given, by the keys of a job's file. */
  public void putAll(Map<String, Object> into) {
    if (schema != null) {
      into.put("schema", schema);
    }
    if (weights != null) {
      into.put("weights", weights);
    }
  }

  /**
   * The model that the flags name; errors as those of {@link #read(Path, Path, ReadableConfig)}.
   */
  public JobModel read(ReadableConfig options) throws IOException {
    return read(schema, weights, options);
  }

  /**
   * A model by its files, where a job's file may have named them.
   *
   * @param schemaFile null where the weights carry the schema
   * @param weightsFile null for an associative memory
   * @param options of the job, which may say what weights it may read
   * @throws ParameterException if neither is given
   * @throws IllegalArgumentException if they do not fit each other, or the weights are not allowed
   */
  public JobModel read(Path schemaFile, Path weightsFile, ReadableConfig options)
      throws IOException {
    if (schemaFile == null && weightsFile == null) {
      throw new ParameterException(
          command.commandLine(), "Missing option: '--schema=FILE', as there are no weights");
    }
    return JobModel.read(schemaFile, weightsFile, options);
  }
}
