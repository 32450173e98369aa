package io.fastweights.jobs.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk that is soon full, for checkpoints. This process must have mounts of its own, see {@link
 * Isolation}.
 */
final class SmallDisk {
  private static final String SIZE = "size=96m";
  private static final int BLOCK = 4096;

  private final Path filler;

  private SmallDisk(Path folder) {
    this.filler = folder.resolve("filler");
  }

  /**
   * @param folder that is to be the disk
   */
  static SmallDisk mount(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Commands.run("mount", "-t", "tmpfs", "-o", SIZE, "chaos", folder.toString());
    return new SmallDisk(folder);
  }

  /** Leaves no byte for anybody else. */
  void fill() throws IOException {
    byte[] block = new byte[BLOCK];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (Files.getFileStore(filler).getUsableSpace() > 0) {
        throw e;
      }
    }
  }

  void free() throws IOException {
    Files.deleteIfExists(filler);
  }
}
