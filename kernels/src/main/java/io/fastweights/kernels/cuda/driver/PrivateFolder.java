package io.fastweights.kernels.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * A folder for code that this process unpacks and runs. Its name cannot be guessed. Only its owner
 * can enter it; only its owner and root can replace it. Closing it deletes the files; the empty
 * folder is deleted when the process ends, because another thread may have taken it for the folder
 * of temporary files.
 */
final class PrivateFolder implements AutoCloseable {
  private static final int SET_USER = 07000;
  private static final int STICKY = 01000;
  private static final int OTHERS_WRITE = 0002;
  private static final int OWNER_ONLY = 0700;

  private final Path path;

  private PrivateFolder(Path path) {
    this.path = path;
  }

  /**
   * Creates a private folder.
   *
   * @param parent an existing folder
   * @throws IOException if it cannot be created or others could replace it; the message says which
   *     folder is at fault
   */
  static PrivateFolder in(Path parent) throws IOException {
    Path real = parent.toRealPath();
    PrivateFolder made = new PrivateFolder(Files.createTempDirectory(real, "fastweights-native-"));
    try {
      made.check();
    } catch (IOException | RuntimeException e) {
      Files.delete(made.path);
      throw e;
    }
    made.path.toFile().deleteOnExit();
    return made;
  }

  private void check() throws IOException {
    Map<String, Object> own = attributes(path);
    int user = (int) own.get("uid");
    int mode = (int) own.get("mode") & (SET_USER | 0777);
    if (mode != OWNER_ONLY) {
      throw new IOException(String.format(Locale.ROOT, "%s has mode %o, must be 700", path, mode));
    }
    for (Path p = path.getParent(); p != null; p = p.getParent()) {
      Map<String, Object> of = attributes(p);
      int owner = (int) of.get("uid");
      int bits = (int) of.get("mode");
      if (owner != 0 && owner != user) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s belongs to user %d, must belong to root or user %d",
                p,
                owner,
                user));
      }
      if ((bits & OTHERS_WRITE) != 0 && (bits & STICKY) == 0) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "every user can rename files in %s (mode %o): its sticky bit must be set",
                p,
                bits & 07777));
      }
    }
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    return Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
  }

  Path path() {
    return path;
  }

  /** Writes a file and reads it back. */
  void put(String name, byte[] content) throws IOException {
    Path file = path.resolve(name);
    Files.write(file, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    if (!Arrays.equals(Files.readAllBytes(file), content)) {
      throw new IOException(file + " does not hold the bytes that were written to it");
    }
  }

  @Override
  public void close() throws IOException {
    try (var files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }
}
