package io.fastweights.jobs.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of a process, in bytes; 0 if the system does not report it. */
public final class ResidentMemory {
  private static final Path SELF = Path.of("/proc/self/status");

  private ResidentMemory() {}

  public static long now() throws IOException {
    return kibibytes(SELF, "VmRSS:") << 10;
  }

  /** Of another process. */
  public static long of(long pid) throws IOException {
    return kibibytes(Path.of("/proc", Long.toString(pid), "status"), "VmRSS:") << 10;
  }

  /** The most at any time. */
  public static long most() throws IOException {
    return kibibytes(SELF, "VmHWM:") << 10;
  }

  private static long kibibytes(Path status, String name) throws IOException {
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
