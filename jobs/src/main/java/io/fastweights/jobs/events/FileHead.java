package io.fastweights.jobs.events;

import io.fastweights.jobs.events.Layout.Framing;
import io.fastweights.jobs.events.records.BrokenFileException;
import io.fastweights.jobs.events.records.Compression;
import io.fastweights.jobs.events.records.FileKind;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.kernels.schema.EventFormat.Csv;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Nearest;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layout of a file, found from its first records.
 *
 * @param header number of the line that names the columns; 0 where there is none
 * @param names of a CSV file's cells, empty for those without one; of a JSON file the columns that
 *     its first records have
 * @param constants columns that have one value in the whole file
 * @param records the first ones, without the header
 */
record FileHead(
    Path path,
    Layout layout,
    long header,
    List<String> names,
    Map<String, String> constants,
    List<Line> records) {
  /** The first record is not CSV; with another delimiter it may be, where its cells are quoted. */
  static final class NoHeaderException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private NoHeaderException(String problem) {
      super(problem);
    }
  }

  /** Records of a file that are looked at. */
  private static final int LOOKED_AT = 1000;

  private static final long LOOKED_AT_CHARS = 1 << 24;

  /** The line that Excel reads a delimiter from. */
  private static final Pattern SEPARATOR = Pattern.compile("(?i)\"?sep=(.)\"?");

  /**
   * Looks at a file.
   *
   * @param closely true to read more than the header of a CSV file
   * @return null for an empty file
   * @throws IllegalArgumentException if it cannot be read or lacks a column of the schema
   */
  static FileHead of(Path path, Schema schema, boolean closely) throws IOException {
    Map<String, String> constants = EventPaths.partitions(path);
    constants.putAll(schema.format().constants());
    constants.put(EventFiles.FILE_COLUMN, name(path));
    if (Files.size(path) == 0) {
      return null;
    }
    return switch (FileKind.of(path.getFileName().toString())) {
      case CSV -> csv(path, schema, constants, closely ? LOOKED_AT : 1);
      case JSON -> json(path, schema, constants, LOOKED_AT);
      case AVRO -> structured(path, schema, constants, Framing.AVRO);
      case PARQUET -> structured(path, schema, constants, Framing.PARQUET);
    };
  }

  /** A file's name without its endings. */
  private static String name(Path path) {
    String bare = Compression.bare(path.getFileName().toString());
    int dot = bare.lastIndexOf('.');
    return dot > 0 ? bare.substring(0, dot) : bare;
  }

  private static List<Line> first(Path path, Layout layout, int most) throws IOException {
    List<Line> records = new ArrayList<>();
    try (RecordReader reader =
        layout.open(0, new org.apache.flink.core.fs.Path(path.toAbsolutePath().toUri()))) {
      long chars = 0;
      while (records.size() < most && chars < LOOKED_AT_CHARS) {
        Line record = reader.next();
        if (record == null) {
          break;
        }
        records.add(record);
        chars += record.text().length();
      }
    } catch (Compression.NotCompressedException | BrokenFileException e) {
      throw new IllegalArgumentException("events file " + path + ": " + e.getMessage());
    }
    return records;
  }

  private static FileHead csv(Path path, Schema schema, Map<String, String> constants, int most)
      throws IOException {
    Csv dialect = schema.format().csv();
    List<Character> delimiters =
        dialect.delimiter() != null
            ? List.of(dialect.delimiter())
            : FileKind.delimiters(path.getFileName().toString());
    FileHead best = null;
    NoHeaderException refused = null;
    for (Character delimiter : delimiters) {
      if (dialect.with(delimiter) == null) {
        continue;
      }
      FileHead head;
      try {
        head = csv(path, schema, constants, most, delimiter);
      } catch (NoHeaderException e) {
        refused = refused == null ? e : refused;
        continue;
      }
      if (head == null || head.missing(schema).isEmpty()) {
        return head;
      }
      boolean better = best == null || head.missing(schema).size() < best.missing(schema).size();
      best = better ? head : best;
    }
    // A header of one column has another delimiter, the one by which it is not CSV.
    boolean read = best != null && (refused == null || best.names().size() > 1);
    throw read ? best.lacks(schema) : refused;
  }

  private static FileHead csv(
      Path path, Schema schema, Map<String, String> constants, int most, char delimiter)
      throws IOException {
    Csv dialect = schema.format().csv();
    Layout layout = layout(Framing.CSV, dialect.with(delimiter), schema);
    List<Line> records = first(path, layout, most + 2);
    if (records.isEmpty()) {
      return null;
    }
    int at = 0;
    Matcher separator = SEPARATOR.matcher(records.get(0).text());
    if (separator.matches() && records.size() > 1) {
      char named = separator.group(1).charAt(0);
      if (named != delimiter && dialect.delimiter() == null && dialect.with(named) != null) {
        return csv(path, schema, constants, most, named);
      }
      at = 1;
    }
    List<String> first = header(path, records.get(at));
    List<String> given = dialect.header();
    boolean named = given == null || given.equals(first);
    long header = named ? records.get(at).number() : at;
    return new FileHead(
        path,
        layout,
        header,
        given == null ? first : given,
        constants,
        records.subList(named ? at + 1 : at, records.size()));
  }

  private static Layout layout(Framing framing, Csv csv, Schema schema) {
    return new Layout(
        framing, csv, schema.format().charset() == null ? null : schema.format().charset().name());
  }

  private static List<String> header(Path path, Line line) {
    if (line.problem() != null) {
      throw new NoHeaderException("the header of " + path + ": " + line.problem());
    }
    List<String> header = new ArrayList<>();
    for (String cell : line.cells()) {
      String name = cell == null ? "" : cell.trim();
      if (!name.isEmpty() && header.contains(name)) {
        throw new IllegalArgumentException(
            "the header of " + path + " has the column '" + name + "' twice");
      }
      header.add(name);
    }
    return header;
  }

  private static FileHead json(Path path, Schema schema, Map<String, String> constants, int most)
      throws IOException {
    Layout lines = layout(Framing.JSON_LINES, null, schema);
    List<Line> records = first(path, lines, most);
    if (records.isEmpty()) {
      return null;
    }
    if (members(records.subList(0, 1), schema).isEmpty()) {
      Layout values = layout(Framing.JSON_VALUES, null, schema);
      List<Line> objects = first(path, values, most);
      boolean severalLines =
          !objects.isEmpty()
              && !objects.get(0).text().equals(records.get(0).text())
              && !members(objects.subList(0, 1), schema).isEmpty();
      boolean emptyArray = objects.isEmpty();
      if (severalLines || emptyArray) {
        return emptyArray ? null : json(path, schema, constants, values, objects);
      }
    }
    return json(path, schema, constants, lines, records);
  }

  /** A file whose records are read as JSON; null if it has none. */
  private static FileHead structured(
      Path path, Schema schema, Map<String, String> constants, Framing framing) throws IOException {
    Layout layout = new Layout(framing, null, null);
    List<Line> records = first(path, layout, LOOKED_AT);
    return records.isEmpty() ? null : json(path, schema, constants, layout, records);
  }

  private static FileHead json(
      Path path, Schema schema, Map<String, String> constants, Layout layout, List<Line> records) {
    List<String> members = members(records, schema);
    FileHead head = new FileHead(path, layout, 0, members, constants, records);
    List<String> needed = List.of(schema.key(), schema.time());
    boolean lacks = !members.isEmpty() && needed.stream().anyMatch(name -> !head.has(name));
    if (lacks && !head.isNoEvent(schema)) {
      throw head.lacks(needed);
    }
    return head;
  }

  /** True if the file is one JSON object that is no event, such as a schema beside its events. */
  boolean isNoEvent(Schema schema) {
    return layout.framing() == Framing.JSON_VALUES
        && records.size() == 1
        && !names.isEmpty()
        && !(has(schema.key()) && has(schema.time()));
  }

  /** The columns of those records that can be read: not every event has every one. */
  private static List<String> members(List<Line> records, Schema schema) {
    Set<String> members = new LinkedHashSet<>();
    JsonLineParser parser = new JsonLineParser(schema.columns(), List.of());
    for (Line record : records) {
      try {
        parser.collect(record.text(), schema.columns(), members);
      } catch (MalformedEventException e) {
        // The error is reported when the record is read.
        continue;
      }
    }
    return List.copyOf(members);
  }

  boolean has(String column) {
    return names.contains(column) || constants.containsKey(column);
  }

  private List<String> missing(Schema schema) {
    return schema.columns().stream().filter(name -> !has(name)).toList();
  }

  /** Error for a file that lacks columns of the schema. */
  IllegalArgumentException lacks(Schema schema) {
    return lacks(schema.columns());
  }

  private IllegalArgumentException lacks(List<String> needed) {
    List<String> missing = needed.stream().filter(name -> !has(name)).toList();
    List<String> shown = names.stream().filter(name -> !name.isEmpty()).toList();
    String hint = missing.size() == 1 ? Nearest.hint(missing.get(0), shown) : "";
    boolean looksLikeAnEvent =
        layout.framing() == Framing.CSV
            && missing.size() == needed.size()
            && shown.stream().anyMatch(name -> Character.isDigit(name.charAt(0)));
    String header =
        looksLikeAnEvent ? "; a schema names them if there is no header, csv.header" : "";
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s has no column %s; its columns are %s%s%s",
            path,
            String.join(", ", missing),
            String.join(", ", shown),
            hint,
            header));
  }

  /** Note for the user on how the file is read; null for none. */
  String note(Csv given) {
    if (layout.framing() == Framing.JSON_VALUES) {
      return path + ": JSON objects over several lines, or of an array";
    }
    if (layout.framing() != Framing.CSV) {
      return null;
    }
    char delimiter = layout.csv().delimiter();
    List<String> notes = new ArrayList<>();
    if (given.delimiter() == null && delimiter != ',') {
      notes.add("cells are parted by " + (delimiter == '\t' ? "tabs" : "'" + delimiter + "'"));
    }
    if (given.header() != null && header > 0) {
      notes.add("its first line names the columns and is no event");
    }
    return notes.isEmpty() ? null : path + ": " + String.join("; ", notes);
  }
}
