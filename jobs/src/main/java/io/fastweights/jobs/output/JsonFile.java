package io.fastweights.jobs.output;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code --json}: a file that takes the figures of a command. It is checked as the flag is read, so
 * that no command works for an hour and cannot write then.
 */
public final class JsonFile {
  private static final String FLAG = "--json";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  private Path file;

  @Option(
      names = FLAG,
      paramLabel = "FILE",
      description = "Write the figures as one flat JSON object, too.")
  private void file(Path value) {
    try {
      OutputFile.prepare(FLAG, value);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    file = value;
  }

  /** Writes the figures where a file is named. */
  public void write(Figures figures) throws IOException {
    figures.writeJson(file);
  }
}
