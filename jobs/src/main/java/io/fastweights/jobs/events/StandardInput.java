package io.fastweights.jobs.events;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Events from standard input, which are read to their end before a job starts. */
public final class StandardInput {
  /** Path that stands for standard input. */
  public static final String NAME = "-";

  private static final int LOOKED_AT = 4096;

  private StandardInput() {}

  /** Writes all of it to a file that is deleted when this process ends. */
  public static Path toFile(InputStream in) throws IOException {
    BufferedInputStream all = new BufferedInputStream(in, LOOKED_AT);
    all.mark(LOOKED_AT);
    byte[] head = all.readNBytes(LOOKED_AT);
    all.reset();
    Path file = Files.createTempFile("standard-input", ending(head));
    file.toFile().deleteOnExit();
    Files.copy(all, file, StandardCopyOption.REPLACE_EXISTING);
    return file;
  }

  private static String ending(byte[] head) {
    if (head.length > 2 && (head[0] & 0xff) == 0x1f && (head[1] & 0xff) == 0x8b) {
      throw new IllegalArgumentException(
          "standard input is compressed: inflate it first, as by gzip -dc");
    }
    for (byte b : head) {
      if (b == '{' || b == '[') {
        return ".json";
      }
      boolean passed = b <= ' ';
      if (!passed) {
        return ".csv";
      }
    }
    return ".csv";
  }
}
