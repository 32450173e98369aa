package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import jcuda.LibUtils;
import jcuda.driver.JCudaDriver;

/**
 * A CUDA driver without a GPU (src/test/native), built with g++ and loaded before JCuda asks for
 * libcuda.so.1. Loaded once per process, which sees a CUDA device from then on.
 */
public final class SimulatedDevice {
  /** Requests and counts of {@code Control} in driver.cpp. */
  public enum Control {
    RESET(1000),
    FAIL_ALLOCATION(1001),
    FAIL_LAUNCH(1002),
    LOSE_DEVICE(1003),
    MEMORY(1004),
    SLOW(1005),
    CAPABILITY(1006),
    ALLOCATIONS(1100),
    PINNED(1101),
    HANDLES(1102),
    LAUNCHES(1103),
    CONTEXTS(1104);

    private final int limit;

    Control(int limit) {
      this.limit = limit;
    }
  }

  /** The module that every other stands beside. */
  private static final Path KERNELS = Path.of("../kernels").toAbsolutePath().normalize();

  /** Of all modules: what one of them has built the next ones find. */
  private static final Path OUT = KERNELS.resolve("target/simulated-device");

  private static boolean loaded;
  private static boolean cublasLoaded;

  private SimulatedDevice() {}

  /** The folder of the libraries, for a process that is given it as LD_LIBRARY_PATH. */
  public static Path folder() {
    try {
      build();
    } catch (IOException e) {
      throw new UncheckedIOException("the simulated device needs g++ and nm", e);
    }
    return OUT;
  }

  /** Builds it and a cuBLAS for it if a source is newer, and loads both. Without g++ this fails. */
  public static synchronized void load() {
    loadDriver();
    if (!cublasLoaded) {
      System.load(OUT.resolve("libcublas.so.12").toString());
      cublasLoaded = true;
    }
  }

  /** The driver alone. */
  public static synchronized void loadDriver() {
    if (!loaded) {
      System.load(folder().resolve("libcuda.so.1").toString());
      NativeLibrary.loadDriver();
      loaded = true;
    }
    set(Control.RESET, 0);
  }

  public static void set(Control control, long value) {
    int status = JCudaDriver.cuCtxSetLimit(control.limit, value);
    if (status != 0) {
      throw new IllegalStateException(control + " returned " + status);
    }
  }

  public static long get(Control control) {
    long[] value = new long[1];
    int status = JCudaDriver.cuCtxGetLimit(value, control.limit);
    if (status != 0) {
      throw new IllegalStateException(control + " returned " + status);
    }
    return value[0];
  }

  /** Device resources that the process holds: allocations, pinned buffers, handles, contexts. */
  public static List<Long> held() {
    return List.of(
        get(Control.ALLOCATIONS), get(Control.PINNED), get(Control.HANDLES), get(Control.CONTEXTS));
  }

  private static void build() throws IOException {
    Files.createDirectories(OUT);
    List<String> command =
        new ArrayList<>(
            List.of(
                "sh",
                KERNELS + "/src/test/native/build.sh",
                unpack(NativeLibrary.DRIVER).toString(),
                OUT.toString()));
    if (LibUtils.class.getResource(resource(NativeLibrary.CUBLAS)) != null) {
      command.add(unpack(NativeLibrary.CUBLAS).toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException("building the simulated device failed:\n" + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String resource(String library) {
    return "/lib/" + LibUtils.createLibraryFileName(library);
  }

  private static Path unpack(String library) throws IOException {
    Path to = OUT.resolve(LibUtils.createLibraryFileName(library));
    try (InputStream in = LibUtils.class.getResourceAsStream(resource(library))) {
      // Processes of a build run side by side: each moves a whole file into place.
      Path whole = Files.createTempFile(OUT, "unpacked", ".so");
      Files.write(whole, in.readAllBytes());
      Files.move(whole, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    return to;
  }
}
