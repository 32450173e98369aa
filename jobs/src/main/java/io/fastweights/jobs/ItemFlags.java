package io.fastweights.jobs;

import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options of jobs that rank items. */
final class ItemFlags {
  @Option(
      names = "--catalogue",
      paramLabel = "FILE",
      description =
          "The items that are ranked for events without candidates of their own: one id a line. For"
              + " a target whose encoder is item.")
  private Path catalogue;

  /** Null if it is not given. */
  Path file() {
    return catalogue;
  }

  /** Puts what is given, by the keys of a job's file. */
  void putAll(Map<String, Object> into) {
    if (catalogue != null) {
      into.put("catalogue", catalogue);
    }
  }
}
