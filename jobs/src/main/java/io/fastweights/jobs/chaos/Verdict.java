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
 * @param events from the first place to the last
 * @param missing places of these without a line
 * @param duplicate lines beyond the first of their place that no fault accounts for
 * @param different places whose line has other bits
 * @param repeated lines that a job wrote again because its newest checkpoint was lost: what it had
 *     committed with it stays written
 */
record Verdict(long events, long missing, long duplicate, long different, long repeated) {

  /**
   * @param folder of committed files, CSV with a header each, the place first
   * @param end the last place of the stream
   * @param lost the last committed place at each loss of a checkpoint; places up to it may have a
   *     line more
   */
  static Verdict of(Path folder, String header, ChaosOracle oracle, long end, List<Long> lost)
      throws IOException, MalformedEventException {
    Map<Long, List<String>> found = read(folder, header);
    long last = Math.max(end, found.keySet().stream().mapToLong(place -> place).max().orElse(-1));
    long missing = 0;
    long duplicate = 0;
    long different = 0;
    long repeated = 0;
    for (long place = 0; place <= last; place++) {
      String expected = oracle.line(place);
      List<String> lines = found.getOrDefault(place, List.of());
      long at = place;
      long more = Math.max(0, lines.size() - 1);
      long accounted = Math.min(more, lost.stream().filter(committed -> at <= committed).count());
      missing += lines.isEmpty() ? 1 : 0;
      duplicate += more - accounted;
      repeated += accounted;
      different += lines.stream().allMatch(expected::equals) ? 0 : 1;
    }
    return new Verdict(last + 1, missing, duplicate, different, repeated);
  }

  /** The last place that is committed; -1 for none. */
  static long committed(Path folder, String header) throws IOException {
    return read(folder, header).keySet().stream().mapToLong(place -> place).max().orElse(-1);
  }

  private static Map<Long, List<String>> read(Path folder, String header) throws IOException {
    Map<Long, List<String>> found = new HashMap<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    try (Stream<Path> files = Files.list(folder)) {
      // Files that are not committed begin with a dot.
      for (Path file : files.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (!line.equals(header)) {
            long place = Long.parseLong(line.substring(0, line.indexOf(',')));
            found.computeIfAbsent(place, key -> new ArrayList<>()).add(line);
          }
        }
      }
    }
    return found;
  }

  boolean isClean() {
    return events > 0 && missing == 0 && duplicate == 0 && different == 0;
  }
}
