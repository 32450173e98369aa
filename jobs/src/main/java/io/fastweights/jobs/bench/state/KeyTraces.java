package io.fastweights.jobs.bench.state;

import io.fastweights.jobs.bench.load.KeySequence;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipInputStream;

/** The keys of real and of made events, in the order of the events. */
final class KeyTraces {
  private static final int CASE = 0;
  private static final int CALLER = 7;
  private static final int UPDATED = 13;

  private KeyTraces() {}

  /** Zipf's law, exponent 1. */
  static int[] zipf(int keys, int events, long seed) {
    KeySequence.Zipf zipf = (KeySequence.Zipf) KeySequence.zipf(keys, seed);
    return IntStream.range(0, events).map(zipf::rank).toArray();
  }

  /** The airports from which the flights of January 2001 departed. */
  static int[] flights() throws IOException {
    return numbered(Flights.january2001().stream().map(Flight::origin).toList());
  }

  /** The cases of an incident log in the order of time: UCI 498, doi 10.24432/C57S4H, zipped. */
  static int[] cases(Path zip) throws IOException {
    return numbered(incidents(zip, CASE));
  }

  /** Callers of the incidents of such a log. */
  static int[] callers(Path zip) throws IOException {
    return numbered(incidents(zip, CALLER));
  }

  private static List<String> incidents(Path zip, int column) throws IOException {
    record Line(LocalDateTime time, String key) {}
    DateTimeFormatter format = DateTimeFormatter.ofPattern("d/M/yyyy HH:mm", Locale.ROOT);
    List<Line> lines = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      if (in.getNextEntry() == null) {
        throw new IOException(zip + " is no zip file, or an empty one");
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      reader.readLine();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] cells = line.split(",", -1);
        lines.add(new Line(LocalDateTime.parse(cells[UPDATED], format), cells[column]));
      }
    }
    // Stable: the file has the events of a case in their order.
    lines.sort(Comparator.comparing(Line::time));
    return lines.stream().map(Line::key).toList();
  }

  private static int[] numbered(List<String> keys) {
    Map<String, Integer> numbers = new HashMap<>();
    return keys.stream()
        .mapToInt(key -> numbers.computeIfAbsent(key, k -> numbers.size()))
        .toArray();
  }
}
