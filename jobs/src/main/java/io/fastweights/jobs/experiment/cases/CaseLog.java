package io.fastweights.jobs.experiment.cases;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipInputStream;

/**
 * Logs of business processes: cases, each a sequence of activities.
 *
 * @param cases in the order of their first lines, with their events in the order of the file
 * @param attributes names of what an event says beside its activity
 */
public record CaseLog(List<Case> cases, List<String> attributes) {
  private static final String UNKNOWN = "?";

  /**
   * @param owner whose case it is, where the log says so; else the case itself
   */
  public record Case(String id, String owner, List<Event> events) {}

  /**
   * @param time in milliseconds, as UTC
   * @param values of the attributes
   */
  public record Event(long time, String activity, List<String> values) {}

  /** Every activity, sorted. */
  public List<String> activities() {
    return cases.stream()
        .flatMap(one -> one.events().stream())
        .map(Event::activity)
        .distinct()
        .sorted()
        .toList();
  }

  /** Verenich, Helpdesk, Mendeley Data, doi 10.17632/39bp3vv62t.1: case, activity, time. */
  public static CaseLog helpdesk(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      DateTimeFormatter times = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
      return read(in, new Columns(0, 0, 1, 2, times, Map.of()));
    }
  }

  /** Amaral, Fantinato, Peres, incident event log, UCI 498, doi 10.24432/C57S4H, zipped. */
  static CaseLog incidents(Path file) throws IOException {
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(file))) {
      in.getNextEntry();
      // Left out: resolver, resolution and its time, which even a case's earlier lines have.
      Map<String, Integer> attributes = new LinkedHashMap<>();
      attributes.put("active", 2);
      attributes.put("reassignments", 3);
      attributes.put("reopens", 4);
      attributes.put("changes", 5);
      attributes.put("made_sla", 6);
      attributes.put("updated_by", 12);
      attributes.put("category", 16);
      attributes.put("priority", 22);
      attributes.put("group", 23);
      attributes.put("assigned_to", 24);
      attributes.put("knowledge", 25);
      DateTimeFormatter times = DateTimeFormatter.ofPattern("d/M/yyyy HH:mm", Locale.ROOT);
      return read(in, new Columns(0, 7, 1, 13, times, attributes));
    }
  }

  private record Columns(
      int id,
      int owner,
      int activity,
      int time,
      DateTimeFormatter times,
      Map<String, Integer> attributes) {}

  private static CaseLog read(InputStream in, Columns columns) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    reader.readLine();
    Map<String, Case> cases = new LinkedHashMap<>();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      String[] c = line.split(",", -1);
      long time =
          LocalDateTime.parse(c[columns.time], columns.times).toEpochSecond(ZoneOffset.UTC) * 1000;
      List<String> values = columns.attributes.values().stream().map(i -> c[i]).toList();
      String owner = c[columns.owner].equals(UNKNOWN) ? c[columns.id] : c[columns.owner];
      cases
          .computeIfAbsent(c[columns.id], id -> new Case(id, owner, new ArrayList<>()))
          .events
          .add(new Event(time, c[columns.activity], values));
    }
    return new CaseLog(List.copyOf(cases.values()), List.copyOf(columns.attributes.keySet()));
  }
}
