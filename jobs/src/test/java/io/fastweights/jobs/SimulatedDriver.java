package io.fastweights.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A CUDA driver without a GPU, for processes that are given its folder as LD_LIBRARY_PATH. */
public final class SimulatedDriver {
  private static final Path KERNELS = Path.of("../kernels").toAbsolutePath().normalize();

  /** Of all modules: what one of them has built the next ones find. */
  private static final Path OUT = KERNELS.resolve("target/simulated-device");

  private static final String JNI = "libJCudaDriver-12.6.0-linux-x86_64.so";

  private static Path built;

  private SimulatedDriver() {}

  /** The folder of a libcuda.so.1, built from the sources of module kernels. */
  public static synchronized Path build() throws Exception {
    if (built != null) {
      return built;
    }
    Path jni = Files.createDirectories(OUT).resolve(JNI);
    try (InputStream in = SimulatedDriver.class.getResourceAsStream("/lib/" + JNI)) {
      // Another process of this build may be reading it.
      Path copy = Files.createTempFile(OUT, "jni", null);
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
      Files.move(copy, jni, StandardCopyOption.ATOMIC_MOVE);
    }
    Process build =
        new ProcessBuilder(
                "sh", KERNELS + "/src/test/native/build.sh", jni.toString(), OUT.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (build.waitFor() != 0) {
      throw new IOException("the simulated device needs g++: " + output);
    }
    built = OUT;
    return built;
  }
}
