package io.fastweights.jobs.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Checks that a result can be written, before long work. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Makes the folder of a file, and checks that a file can be written there.
   *
   * @param flag that names the file, for messages
   * @param file null for none
   * @throws IllegalArgumentException if it cannot be written
   */
  public static void prepare(String flag, Path file) {
    if (file == null) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is %s, a folder: name a file", flag, file));
    }
    Path folder = file.toAbsolutePath().getParent();
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".fastweights", null));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is %s, which cannot be written: %s", flag, file, e));
    }
  }
}
