package io.fastweights.jobs.chaos;

import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was written, held against what had to be.
 *
 * @param events from the first place to the last that was written
 * @param missing places of these without a line
 * @param duplicate lines beyond the first of their place
 * @param different places whose line has other bits
 */
record Verdict(long events, long missing, long duplicate, long different) {

  /**
   * @param folder of committed files, CSV with a header each, the place first
   */
  static Verdict of(Path folder, String header, ChaosOracle oracle)
      throws IOException, MalformedEventException {
    Map<Long, List<String>> found = new HashMap<>();
    long last = -1;
    try (Stream<Path> files = Files.list(folder)) {
      // Files that are not committed begin with a dot.
      for (Path file : files.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (!line.equals(header)) {
            long place = Long.parseLong(line.substring(0, line.indexOf(',')));
            found.computeIfAbsent(place, key -> new ArrayList<>()).add(line);
            last = Math.max(last, place);
          }
        }
      }
    }
    long missing = 0;
    long duplicate = 0;
    long different = 0;
    for (long place = 0; place <= last; place++) {
      String expected = oracle.line(place);
      List<String> lines = found.getOrDefault(place, List.of());
      missing += lines.isEmpty() ? 1 : 0;
      duplicate += Math.max(0, lines.size() - 1);
      different += lines.stream().allMatch(expected::equals) ? 0 : 1;
    }
    return new Verdict(last + 1, missing, duplicate, different);
  }

  boolean isClean() {
    return events > 0 && missing == 0 && duplicate == 0 && different == 0;
  }
}
