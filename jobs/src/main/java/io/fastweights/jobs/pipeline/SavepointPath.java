package io.fastweights.jobs.pipeline;

import java.nio.file.Path;

/** A savepoint's folder as Flink names it. */
public final class SavepointPath {
  private SavepointPath() {}

  /**
   * @param text a folder of this machine, or a URI of any file system that Flink knows
   */
  public static String of(String text) {
    return text.contains(":/") ? text : Path.of(text).toAbsolutePath().normalize().toString();
  }
}
