package io.fastweights.kernels.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Describes the processor and the JVM, for messages that ask for an action. */
final class Processor {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  /** Keys that name a processor: on x86-64 the first, on 64-bit Arm the others. */
  private static final List<String> NAMES =
      List.of("model name", "CPU implementer", "CPU part", "CPU variant");

  private Processor() {}

  static String describe() {
    return String.format(
        Locale.ROOT,
        "processor %s (%s), JDK %s (%s)",
        name(),
        System.getProperty("os.arch"),
        System.getProperty("java.vm.version"),
        System.getProperty("java.vendor"));
  }

  private static String name() {
    try {
      return name(Files.readAllLines(CPUINFO));
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** The first processor's name in the lines of /proc/cpuinfo. */
  static String name(List<String> cpuinfo) {
    Map<String, String> found = new TreeMap<>();
    for (String line : cpuinfo) {
      int colon = line.indexOf(':');
      if (colon > 0 && NAMES.contains(line.substring(0, colon).strip())) {
        found.putIfAbsent(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      }
    }
    if (found.containsKey("model name")) {
      return found.get("model name");
    }
    return found.isEmpty() ? "unknown" : found.toString();
  }
}
