package io.fastweights.jobs.output;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --json}: a file that takes the figures of a command. */
public final class JsonFile {
  private static final String FLAG = "--json";

  @Option(
      names = FLAG,
      paramLabel = "FILE",
      description = "Write the figures as one flat JSON object, too.")
  private Path file;

  /**
   * Checks before long work.
   *
   * @throws IllegalArgumentException if the file cannot be written
   */
  public void prepare() {
    OutputFile.prepare(FLAG, file);
  }

  /** Writes the figures where a file is named. */
  public void write(Figures figures) throws IOException {
    figures.writeJson(file);
  }
}
