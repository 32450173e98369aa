package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.compression.StandardDeCompressors;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Files of events, CSV with a header or JSON lines, that were looked at before anything runs.
 *
 * @param files in the order they are read
 * @param columns of all files, in order of their first appearance
 */
public record EventFiles(List<EventFile> files, List<String> columns) implements EventSource {
  /** Lines of a file of JSON lines that are looked at for columns. */
  private static final int LOOKED_AT = 1000;

  private static final long LOOKED_AT_CHARS = 1 << 24;

  /** How a file's lines are written. */
  enum Format {
    CSV,
    JSON_LINES;

    /** By the name of the file; null for any other. */
    static Format of(String name) {
      String bare = name.toLowerCase(java.util.Locale.ROOT);
      for (String suffix : StandardDeCompressors.getCommonSuffixes()) {
        if (bare.endsWith("." + suffix)) {
          bare = bare.substring(0, bare.length() - suffix.length() - 1);
          break;
        }
      }
      if (bare.endsWith(".csv")) {
        return CSV;
      }
      return bare.endsWith(".jsonl") || bare.endsWith(".json") || bare.endsWith(".ndjson")
          ? JSON_LINES
          : null;
    }
  }

  /**
   * @param path as the user named it
   * @param parser of its lines
   * @param header number of the line that names the columns; 0 where there is none
   */
  public record EventFile(String path, LineParser parser, long header)
      implements java.io.Serializable {}

  /** A file and the columns its first lines show. */
  private record Found(Path path, Format format, long line, List<String> columns) {}

  /**
   * Looks at a file, or at all event files of a folder in the order of their names.
   *
   * @throws IllegalArgumentException if there is none, or one is empty or lacks a column of the
   *     schema; the message names it
   */
  public static EventFiles of(Path fileOrFolder, Schema schema) throws IOException {
    return of(fileOrFolder, schema, file -> {});
  }

  /**
   * The same, where not every file may be read.
   *
   * @param allowed throws for a file or folder that may not be, before it is looked into
   */
  public static EventFiles of(Path fileOrFolder, Schema schema, Consumer<Path> allowed)
      throws IOException {
    allowed.accept(fileOrFolder);
    if (schema.key() == null || schema.time() == null) {
      throw new IllegalArgumentException(
          "the schema must name the column of the " + (schema.key() == null ? "key" : "time"));
    }
    List<Found> found = new ArrayList<>();
    Set<String> columns = new LinkedHashSet<>();
    for (Path path : list(fileOrFolder)) {
      allowed.accept(path);
      Found file = look(path, schema);
      found.add(file);
      columns.addAll(file.columns());
    }
    columns.addAll(schema.columns());
    List<String> all = List.copyOf(columns);
    return new EventFiles(found.stream().map(file -> file(file, all, schema)).toList(), all);
  }

  private static EventFile file(Found found, List<String> columns, Schema schema) {
    LineParser parser =
        found.format() == Format.CSV
            ? new CsvLineParser(found.columns().stream().mapToInt(columns::indexOf).toArray())
            : new JsonLineParser(columns, schema.columns());
    return new EventFile(
        found.path().toString(), parser, parser instanceof CsvLineParser ? found.line() : 0);
  }

  private static List<Path> list(Path fileOrFolder) throws IOException {
    if (!Files.exists(fileOrFolder)) {
      throw new IllegalArgumentException("no such file or folder: " + fileOrFolder);
    }
    if (!Files.isDirectory(fileOrFolder)) {
      if (Format.of(fileOrFolder.getFileName().toString()) == null) {
        throw new IllegalArgumentException(
            fileOrFolder + " must end in .csv, .jsonl, .ndjson or .json, or one of these and .gz");
      }
      return List.of(fileOrFolder);
    }
    try (Stream<Path> inside = Files.list(fileOrFolder)) {
      List<Path> files =
          inside
              .filter(p -> Files.isRegularFile(p) && !p.getFileName().toString().startsWith("."))
              .filter(p -> Format.of(p.getFileName().toString()) != null)
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new IllegalArgumentException(
            "no .csv, .jsonl, .ndjson or .json file in folder " + fileOrFolder);
      }
      return files;
    }
  }

  private static Found look(Path path, Schema schema) throws IOException {
    Format format = Format.of(path.getFileName().toString());
    List<Line> lines = firstLines(path, format == Format.CSV ? 1 : LOOKED_AT);
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("events file " + path + " is empty");
    }
    long first = lines.get(0).number();
    if (format == Format.CSV) {
      List<String> header = header(path, lines.get(0));
      requireColumns(path, header, schema.columns());
      return new Found(path, format, first, header);
    }
    List<String> members = members(lines, schema);
    if (!members.isEmpty()) {
      requireColumns(path, members, List.of(schema.key(), schema.time()));
    }
    return new Found(path, format, first, members);
  }

  /** The members of those lines that can be read: not every event has every one. */
  private static List<String> members(List<Line> lines, Schema schema) {
    Set<String> members = new LinkedHashSet<>();
    for (Line line : lines) {
      try {
        members.addAll(JsonLineParser.members(line.text(), schema.columns()).keySet());
      } catch (MalformedEventException e) {
        // It will be told of when it is read.
        continue;
      }
    }
    return List.copyOf(members);
  }

  private static List<Line> firstLines(Path path, int most) throws IOException {
    List<Line> lines = new ArrayList<>();
    try (LineReader reader =
        new LineReader(0, LineFormat.open(new org.apache.flink.core.fs.Path(path.toUri())))) {
      long chars = 0;
      while (lines.size() < most && chars < LOOKED_AT_CHARS) {
        Line line = reader.next();
        if (line == null) {
          break;
        }
        lines.add(line);
        chars += line.text().length();
      }
      return lines;
    } catch (java.util.zip.ZipException | java.io.EOFException e) {
      throw new IllegalArgumentException("events file " + path + " is empty or not compressed");
    }
  }

  private static List<String> header(Path path, Line line) {
    List<String> header = new ArrayList<>();
    for (String name : cells(path, line)) {
      if (header.contains(name.trim())) {
        throw new IllegalArgumentException(
            "the header of " + path + " has the column '" + name.trim() + "' twice");
      }
      header.add(name.trim());
    }
    return header;
  }

  private static String[] cells(Path path, Line line) {
    try {
      if (line.problem() != null) {
        throw new MalformedEventException(line.problem());
      }
      return CsvLineParser.split(line.text());
    } catch (MalformedEventException e) {
      throw new IllegalArgumentException("the header of " + path + ": " + e.getMessage());
    }
  }

  private static void requireColumns(Path path, List<String> columns, Collection<String> needed) {
    List<String> missing = needed.stream().filter(name -> !columns.contains(name)).toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has no column %s; its columns are %s",
              path,
              String.join(", ", missing),
              String.join(", ", columns)));
    }
  }

  /** Hands every line, headers included, to a reader, in order and in this process. */
  public void forEach(Consumer<Line> reader) throws IOException {
    for (int i = 0; i < files.size(); i++) {
      Path path = Path.of(files.get(i).path());
      try (LineReader lines =
          new LineReader(i, LineFormat.open(new org.apache.flink.core.fs.Path(path.toUri())))) {
        for (Line line = lines.next(); line != null; line = lines.next()) {
          reader.accept(line);
        }
      }
    }
  }

  @Override
  public List<String> paths() {
    return files.stream().map(EventFile::path).toList();
  }

  /** One reader: the order of the lines is the order of the events. */
  @Override
  public SingleOutputStreamOperator<Event> events(
      StreamExecutionEnvironment environment, Schema schema) {
    return environment
        .fromSource(source(), WatermarkStrategy.noWatermarks(), "lines")
        .uid("lines")
        .setParallelism(1)
        .process(new EventParser(this, schema))
        .returns(TypeInformation.of(Event.class))
        .name("events")
        .uid("events")
        .setParallelism(1);
  }

  private FileSource<Line> source() {
    List<String> paths =
        files.stream()
            .map(file -> Path.of(file.path()).toAbsolutePath().normalize().toString())
            .toList();
    org.apache.flink.core.fs.Path[] uris =
        paths.stream()
            .map(path -> new org.apache.flink.core.fs.Path(Path.of(path).toUri()))
            .toArray(org.apache.flink.core.fs.Path[]::new);
    return FileSource.forBulkFileFormat(new LineFormat(paths), uris)
        // Flink's default would pass over files whose names begin with _ or a dot.
        .setFileEnumerator(() -> new NonSplittingRecursiveEnumerator(path -> true))
        .setSplitAssigner(splits -> new InFileOrder(paths, splits))
        .build();
  }
}
