package io.fastweights.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import jcuda.LibUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts JCuda's native library where JCuda looks for it. JCuda unpacks it to a fixed name in the
 * folder for temporary files and takes whatever it finds there: a file cut short by a process that
 * died, or one that another process is still writing, then fails to load for ever. Here the file is
 * written under a unique name and moved into place whole, unless it is there already, byte by byte.
 */
final class NativeLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);
  static final String DRIVER = "JCudaDriver-12.6.0-linux-x86_64";
  static final String CUBLAS = "JCublas2-12.6.0-linux-x86_64";

  private NativeLibrary() {}

  /** Makes sure that JCuda's unpacked driver library is whole, if its jar is here. */
  static void prepareDriver() {
    prepare(DRIVER);
  }

  /** Makes sure that JCublas' unpacked library is whole, if its jar is here. */
  static void prepareCublas() {
    prepare(CUBLAS);
  }

  private static void prepare(String library) {
    String file = LibUtils.createLibraryFileName(library);
    Path target = Path.of(System.getProperty("java.io.tmpdir"), file);
    try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + file)) {
      if (in != null) {
        place(in.readAllBytes(), target);
      }
    } catch (IOException e) {
      // JCuda may still find it elsewhere; if not, it says so.
      LOG.warn("cannot unpack {} to {}: {}", file, target, e.toString());
    }
  }

  /** Writes a file as a whole unless it holds these bytes already. */
  static void place(byte[] content, Path target) throws IOException {
    if (Files.exists(target)
        && Files.size(target) == content.length
        && Arrays.equals(Files.readAllBytes(target), content)) {
      return;
    }
    Path whole = Files.createTempFile(target.getParent(), "fastweights-", ".so");
    try {
      Files.write(whole, content);
      Files.move(
          whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(whole);
    }
  }
}
