package io.fastweights.operator.testkit;

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
 * The CUDA driver without a GPU of module kernels, built with g++ and loaded before JCuda asks for
 * libcuda.so.1. The process then sees a CUDA device for ever.
 */
public final class SimulatedDriver {
  private static final Path KERNELS = Path.of("../kernels").toAbsolutePath().normalize();

  /** Of all modules: what one of them has built the next ones find. */
  private static final Path OUT = KERNELS.resolve("target/simulated-device");

  private static final String JNI = "JCudaDriver-12.6.0-linux-x86_64";

  /** {@code Control} of driver.cpp. */
  private static final int RESET = 1000;

  /** What can go wrong with a device, and what a task then says. */
  public enum Fault {
    ALLOCATION(1001, "cannot allocate (device|pinned host) memory \\(\\d+ bytes\\): .*"),
    LAUNCH(1002, "cannot launch \\w+: CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES.*"),
    LOSS(1003, "cannot .*: .*DEVICE_UNAVAILABLE.*");

    private final int control;
    public final String message;

    Fault(int control, String message) {
      this.control = control;
      this.message = message;
    }

    /** The allocation, launch or call after so many more fails. */
    public void arm(int after) {
      JCudaDriver.cuCtxSetLimit(control, after);
    }
  }

  private static final int SLOW = 1005;

  private static boolean loaded;

  private SimulatedDriver() {}

  public static synchronized void load() throws IOException, InterruptedException {
    if (!loaded) {
      build();
      System.load(OUT.resolve("libcuda.so.1").toString());
      loaded = true;
    }
    JCudaDriver.cuCtxSetLimit(RESET, 0);
  }

  /** Microseconds that each operation of a stream takes from now on. */
  public static void slow(int microseconds) {
    JCudaDriver.cuCtxSetLimit(SLOW, microseconds);
  }

  /** What the process holds of the device: allocations, pinned buffers, handles, contexts. */
  public static List<Long> held() {
    List<Long> counts = new ArrayList<>();
    for (int limit : new int[] {1100, 1101, 1102, 1104}) {
      long[] count = new long[1];
      JCudaDriver.cuCtxGetLimit(count, limit);
      counts.add(count[0]);
    }
    return counts;
  }

  private static void build() throws IOException, InterruptedException {
    Files.createDirectories(OUT);
    Path jni = OUT.resolve("libJCudaDriver.so");
    try (InputStream in =
        LibUtils.class.getResourceAsStream("/lib/" + LibUtils.createLibraryFileName(JNI))) {
      // Another process of this build may be reading it.
      Path copy = Files.createTempFile(OUT, "jni", null);
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
      Files.move(copy, jni, StandardCopyOption.ATOMIC_MOVE);
    }
    Process process =
        new ProcessBuilder(
                "sh", KERNELS + "/src/test/native/build.sh", jni.toString(), OUT.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new UncheckedIOException(new IOException("the simulated device needs g++:\n" + output));
    }
  }
}
