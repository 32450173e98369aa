package io.fastweights.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A CUDA driver without a GPU, for processes that are given its folder as LD_LIBRARY_PATH. */
public final class SimulatedDriver {
  private static final String JNI = "libJCudaDriver-12.6.0-linux-x86_64.so";

  private static Path built;

  private SimulatedDriver() {}

  /** The folder of a libcuda.so.1, built from the sources of module kernels. */
  public static synchronized Path build() throws Exception {
    if (built != null) {
      return built;
    }
    Path out = Files.createDirectories(Path.of("target/simulated-device").toAbsolutePath());
    Path jni = out.resolve(JNI);
    try (InputStream in = SimulatedDriver.class.getResourceAsStream("/lib/" + JNI)) {
      Files.copy(in, jni, StandardCopyOption.REPLACE_EXISTING);
    }
    Process build =
        new ProcessBuilder(
                "sh", "../kernels/src/test/native/build.sh", jni.toString(), out.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (build.waitFor() != 0) {
      throw new IOException("the simulated device needs g++: " + output);
    }
    built = out;
    return built;
  }
}
