package io.fastweights.jobs.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's folder for temporary files, {@code java.io.tmpdir}. */
public final class TemporaryFiles {
  private static final String PREFIX = "fastweights";

  /**
   * Flink, RocksDB and Zstandard unpack their libraries there: it must have space for more than a
   * name.
   */
  private static final int TRIAL_BYTES = 1 << 20;

  private TemporaryFiles() {}

  /**
   * A new folder.
   *
   * @throws IOException if the folder for temporary files takes no files
   */
  public static Path folder() throws IOException {
    try {
      Path folder = Files.createTempDirectory(PREFIX);
      Path trial = folder.resolve("trial");
      try {
        Files.write(trial, new byte[TRIAL_BYTES]);
      } finally {
        Files.deleteIfExists(trial);
      }
      return folder;
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /**
   * A new empty file.
   *
   * @throws IOException if the folder for temporary files takes no files
   */
  public static Path file(String suffix) throws IOException {
    try {
      return Files.createTempFile(PREFIX, suffix);
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private static IOException refused(IOException reason) {
    String folder = System.getProperty("java.io.tmpdir");
    // No cause: only the root's message is shown, and this message says all.
    return new IOException(
        "cannot write to the folder for temporary files, "
            + folder
            + " ("
            + why(reason, Path.of(folder))
            + "): set another one with -Djava.io.tmpdir=FOLDER in FASTWEIGHTS_JVM_OPTS");
  }

  private static String why(IOException reason, Path folder) {
    if (!Files.exists(folder)) {
      return "it does not exist";
    }
    if (!Files.isDirectory(folder)) {
      return "it is no folder";
    }
    String message = reason.getMessage();
    return message == null ? reason.toString() : message;
  }
}
