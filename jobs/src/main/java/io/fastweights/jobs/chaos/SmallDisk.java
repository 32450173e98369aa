package io.fastweights.jobs.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk that is soon full, for checkpoints. This process must have mounts of its own, see {@link
 * Isolation}.
 */
final class SmallDisk {
  private static final String OPTIONS = "size=96m,mode=0700";
  private static final int BLOCK = 4096;

  /** Blocks that others used first, or that could not be written for another reason. */
  private static final int RACES = 1000;

  private final Path filler;

  private SmallDisk(Path folder) {
    this.filler = folder.resolve("filler");
  }

  /**
   * @param folder that is to be the disk
   */
  static SmallDisk mount(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Commands.run("mount", "-t", "tmpfs", "-o", OPTIONS, "chaos", folder.toString());
    return new SmallDisk(folder);
  }

  /** Fills the disk, also while others allocate and free bytes. */
  void fill() throws IOException {
    byte[] block = new byte[BLOCK];
    try (OutputStream out = Files.newOutputStream(filler)) {
      FileStore disk = Files.getFileStore(filler);
      int lost = 0;
      while (disk.getUsableSpace() > 0) {
        try {
          out.write(block);
        } catch (IOException e) {
          if (++lost > RACES) {
            throw e;
          }
        }
      }
    }
  }

  void free() throws IOException {
    Files.deleteIfExists(filler);
  }
}
