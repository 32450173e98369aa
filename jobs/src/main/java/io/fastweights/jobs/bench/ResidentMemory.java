package io.fastweights.jobs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has in memory, in bytes; 0 where the system does not tell. */
final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ResidentMemory() {}

  static long now() throws IOException {
    return kibibytes("VmRSS:") << 10;
  }

  /** The most at any time. */
  static long most() throws IOException {
    return kibibytes("VmHWM:") << 10;
  }

  private static long kibibytes(String name) throws IOException {
    if (!Files.exists(STATUS)) {
      return 0;
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
