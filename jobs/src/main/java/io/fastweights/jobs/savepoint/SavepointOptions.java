package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.SavepointPath;
import io.fastweights.operator.stored.StoredNames;
import io.fastweights.state.savepoint.MemorySavepoint;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options that select the memories of a command. */
final class SavepointOptions {
  private static final int MOST_SUBTASKS = 128;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--savepoint",
      required = true,
      paramLabel = "FOLDER",
      description = "A savepoint or retained checkpoint: the folder that holds _metadata.")
  private String path;

  @Option(
      names = "--uid",
      paramLabel = "UID",
      description = "The operator whose memories are meant, where several have some.")
  private String uid;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "2",
      description = "Subtasks that share the keys (default: ${DEFAULT-VALUE}).")
  private int parallelism;

  /**
   * @throws IllegalArgumentException if there are no such memories
   */
  MemorySavepoint open() throws IOException {
    if (parallelism < 1 || parallelism > MOST_SUBTASKS) {
      throw new ParameterException(
          command.commandLine(),
          "--parallelism is " + parallelism + ", must be within 1 and " + MOST_SUBTASKS);
    }
    return MemorySavepoint.open(SavepointPath.of(path), uid);
  }

  /** Those of first keys of a job of two keys: of the named operator, or of that of {@code run}. */
  MemorySavepoint openFirst() throws IOException {
    uid = uid == null ? EventPipeline.MEMORIES : uid;
    return open();
  }

  /** Those of second keys beside {@link #openFirst}. */
  MemorySavepoint openSecond() throws IOException {
    return MemorySavepoint.open(SavepointPath.of(path), uid + StoredNames.SECOND_UID);
  }

  int parallelism() {
    return parallelism;
  }
}
