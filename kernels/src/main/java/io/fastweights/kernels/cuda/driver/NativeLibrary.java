package io.fastweights.kernels.cuda.driver;

import io.fastweights.kernels.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import jcuda.LibUtils;

/**
 * Loads JCuda's native libraries from a folder that only this process can write. JCuda itself
 * unpacks them to a fixed name in the folder for temporary files and runs what it finds there: on a
 * shared machine, another user may have written that file.
 *
 * <p>A library belongs to the class loader of the class that loads it, so JCuda has to load it
 * itself. It reads {@code java.io.tmpdir} at that moment, and offers no other way to name a folder:
 * the property points to the private folder while JCuda loads, under a lock that all class loaders
 * of the process share. A library in {@code java.library.path} is taken before, as JCuda does.
 */
public final class NativeLibrary {
  public static final String DRIVER = "JCudaDriver-12.6.0-linux-x86_64";
  public static final String CUBLAS = "JCublas2-12.6.0-linux-x86_64";
  private static final String TEMPORARY = "java.io.tmpdir";

  private static final Set<String> LOADED = new HashSet<>();

  private NativeLibrary() {}

  /**
   * Loads the library of the driver's API and its class.
   *
   * @throws LinkageError if JCuda or the CUDA driver is missing
   * @throws EngineException if there is no folder that the library may be loaded from
   */
  public static void loadDriver() {
    load(DRIVER, "jcuda.driver.JCudaDriver");
  }

  /** As {@link #loadDriver}, for cuBLAS. */
  public static void loadCublas() {
    load(CUBLAS, "jcuda.jcublas.JCublas2");
  }

  private static void load(String library, String user) {
    // The property is the process's, so the lock is too: this class may be loaded more than once.
    synchronized (Runtime.getRuntime()) {
      if (LOADED.contains(library)) {
        return;
      }
      List<Path> folders =
          List.of(Path.of(System.getProperty(TEMPORARY)), Path.of(System.getProperty("user.home")));
      unpackAndLoad(folders, library, folder -> loadFrom(folder, library, user));
      LOADED.add(library);
    }
  }

  /**
   * Unpacks a library into a private folder and has it loaded from there.
   *
   * @param parents candidates for the private folder's parent; the first that works is used
   * @param loader given the private folder
   */
  static void unpackAndLoad(List<Path> parents, String library, Consumer<Path> loader) {
    List<String> refused = new ArrayList<>();
    for (Path parent : parents) {
      try (PrivateFolder folder = PrivateFolder.in(parent)) {
        unpack(library, folder);
        loader.accept(folder.path());
        return;
      } catch (IOException | UnsupportedOperationException e) {
        refused.add(parent + ": " + (e instanceof IOException ? e.getMessage() : e.toString()));
      } catch (UnsatisfiedLinkError e) {
        if (!isNoExec(e)) {
          throw e;
        }
        refused.add(parent + " is mounted noexec");
      }
    }
    throw new EngineException(
        String.format(
            Locale.ROOT,
            "lib%s.so cannot be loaded from any private folder (%s): set -Djava.io.tmpdir to a folder that only this user can write",
            library,
            String.join("; ", refused)));
  }

  private static void unpack(String library, PrivateFolder folder) throws IOException {
    String file = LibUtils.createLibraryFileName(library);
    try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + file)) {
      if (in != null) {
        folder.put(file, in.readAllBytes());
      }
    }
  }

  /** The library first: where that fails, the class can still be initialised later. */
  private static void loadFrom(Path folder, String library, String user) {
    String before = System.setProperty(TEMPORARY, folder.toString());
    try {
      LibUtils.loadLibrary(library);
      Class.forName(user, true, LibUtils.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw (LinkageError) new NoClassDefFoundError(user.replace('.', '/')).initCause(e);
    } finally {
      System.setProperty(TEMPORARY, before);
    }
  }

  /** The words of the GNU C library, and of musl, for a file that may not be mapped as code. */
  private static boolean isNoExec(UnsatisfiedLinkError error) {
    String text = String.valueOf(error.getMessage());
    return text.contains("failed to map segment from shared object")
        || text.contains("Operation not permitted");
  }
}
