package io.fastweights.jobs.events;

import io.fastweights.jobs.events.Layout.Framing;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.LineParser;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.jobs.events.text.CsvLineParser;
import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.jobs.events.time.FoundTimes;
import io.fastweights.jobs.lineage.ColumnTypes;
import io.fastweights.jobs.lineage.Dataset;
import io.fastweights.jobs.lineage.Lineage;
import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Nearest;
import io.fastweights.kernels.schema.Schema;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Files of events, CSV or JSON, inspected before the job runs.
 *
 * @param named files and folders that the user named; of a pattern, the folder in front of it
 * @param files in the order they are read
 * @param columns of all files, in order of their first appearance
 * @param time format of the times
 * @param notes on the files, for the user
 * @param limit of events that cannot be read, beyond which a job fails
 * @param sorted true if events are processed in time order
 */
public record EventFiles(
    List<Path> named,
    List<EventFile> files,
    List<String> columns,
    EventFormat.Time time,
    List<String> notes,
    MalformedLimit limit,
    boolean sorted)
    implements EventSource {
  /** A column that every file has: its name without endings. */
  static final String FILE_COLUMN = "$file";

  /** CSV files that are looked at for the unit of times; of others, the header. */
  private static final int LOOKED_AT_CLOSELY = 10;

  /**
   * @param path as the user named it
   * @param parser of its records
   * @param layout cuts it into records
   * @param header number of the line that names the columns; 0 where there is none
   * @param places of columns that have one value in the whole file
   * @param values those values
   */
  record EventFile(
      String path, LineParser parser, Layout layout, long header, int[] places, String[] values)
      implements Serializable {
    /** Its size, compressed as it is; 0 if it is gone. */
    long bytes() {
      return new File(path).length();
    }

    /** Puts the values that every event of the file has. */
    void fill(String[] cells) {
      for (int i = 0; i < places.length; i++) {
        if (cells[places[i]] == null) {
          cells[places[i]] = values[i];
        }
      }
    }
  }

  /**
   * Looks at a file, or at all event files of a folder in the order of their names.
   *
   * @throws IllegalArgumentException if there is none, all are empty, or one lacks a column of the
   *     schema; the message names it
   */
  public static EventFiles of(Path fileOrFolder, Schema schema) throws IOException {
    return of(List.of(fileOrFolder), schema, file -> {});
  }

  /**
   * The same for several paths, where not every file may be read.
   *
   * @param paths files, folders, or patterns of them
   * @param allowed throws for a file or folder that may not be, before it is looked into
   */
  public static EventFiles of(List<Path> paths, Schema schema, Consumer<Path> allowed)
      throws IOException {
    if (schema.key() == null || schema.time() == null) {
      throw new IllegalArgumentException(
          "the schema must name the column of the " + (schema.key() == null ? "key" : "time"));
    }
    List<String> notes = new ArrayList<>();
    List<FileHead> heads = heads(paths, EventPaths.list(paths, allowed), schema, notes);
    requireKnown(heads, schema, notes);
    List<String> columns = columns(heads, schema);
    List<EventFile> files = heads.stream().map(head -> file(head, columns, schema)).toList();
    EventFormat.Time time = times(heads, files, columns, schema).of(schema.format().time(), notes);
    List<Path> named = paths.stream().map(EventPaths::named).distinct().toList();
    return new EventFiles(
        named, files, columns, time, List.copyOf(notes), MalformedLimit.DEFAULT, false);
  }

  /** The same with another limit. */
  public EventFiles failingBeyond(MalformedLimit other) {
    return new EventFiles(named, files, columns, time, notes, other, sorted);
  }

  /** The same with events in the order of their times, which wait for the end of the files. */
  public EventFiles sorted(boolean byTime) {
    return new EventFiles(named, files, columns, time, notes, limit, byTime);
  }

  private static List<FileHead> heads(
      List<Path> given, List<Path> paths, Schema schema, List<String> notes) throws IOException {
    List<FileHead> heads = new ArrayList<>();
    List<Path> empty = new ArrayList<>();
    for (Path path : paths) {
      FileHead head = FileHead.of(path, schema, heads.size() < LOOKED_AT_CLOSELY);
      if (head == null) {
        empty.add(path);
        continue;
      }
      if (head.isNoEvent(schema)) {
        if (given.contains(path)) {
          throw head.lacks(schema);
        }
        notes.add(path + ": one JSON object that is no event, passed over");
        continue;
      }
      heads.add(head);
      String note = head.note(schema.format().csv());
      if (note != null) {
        notes.add(note);
      }
    }
    if (heads.isEmpty()) {
      throw new IllegalArgumentException(
          empty.isEmpty() ? "no events in " + given : "events file " + empty.get(0) + " is empty");
    }
    if (!empty.isEmpty()) {
      String others =
          empty.size() > 1 ? String.format(Locale.ROOT, " and %,d others", empty.size() - 1) : "";
      notes.add(empty.get(0) + others + ": empty, passed over");
    }
    return heads;
  }

  /** A JSON event may lack any column; a column that all events lack is likely a mistake. */
  private static void requireKnown(List<FileHead> heads, Schema schema, List<String> notes) {
    if (heads.stream().noneMatch(head -> head.layout().framing() != Framing.CSV)) {
      return;
    }
    Set<String> known = new LinkedHashSet<>();
    heads.forEach(head -> known.addAll(head.names()));
    if (known.isEmpty()) {
      return;
    }
    for (String column : schema.columns()) {
      if (heads.stream().anyMatch(head -> head.has(column))) {
        continue;
      }
      String hint = Nearest.hint(column, known);
      String lacks = "no event of the first has column " + column + hint;
      if (known.stream().anyMatch(name -> plain(name).equals(plain(column)))) {
        throw new IllegalArgumentException(heads.get(0).path() + ": " + lacks);
      }
      notes.add(heads.get(0).path() + ": " + lacks);
    }
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[ _.-]", "");
  }

  private static List<String> columns(List<FileHead> heads, Schema schema) {
    Set<String> columns = new LinkedHashSet<>();
    for (FileHead head : heads) {
      columns.addAll(head.names());
      columns.addAll(EventPaths.partitions(head.path()).keySet());
    }
    columns.remove("");
    columns.addAll(schema.columns());
    return List.copyOf(columns);
  }

  private static EventFile file(FileHead head, List<String> columns, Schema schema) {
    LineParser parser =
        head.layout().framing() == Framing.CSV
            ? new CsvLineParser(
                head.names().stream()
                    .mapToInt(n -> n.isEmpty() ? CsvLineParser.PASSED_OVER : columns.indexOf(n))
                    .toArray())
            : new JsonLineParser(columns, schema.singleColumns());
    List<Map.Entry<String, String>> constants =
        head.constants().entrySet().stream()
            .filter(constant -> columns.contains(constant.getKey()))
            .toList();
    return new EventFile(
        head.path().toString(),
        parser,
        head.layout(),
        head.header(),
        constants.stream().mapToInt(constant -> columns.indexOf(constant.getKey())).toArray(),
        constants.stream().map(Map.Entry::getValue).toArray(String[]::new));
  }

  private static FoundTimes times(
      List<FileHead> heads, List<EventFile> files, List<String> columns, Schema schema) {
    FoundTimes times = new FoundTimes();
    if (schema.format().time().clock() != null) {
      return times;
    }
    int time = columns.indexOf(schema.time());
    String[] cells = new String[columns.size()];
    for (int i = 0; i < heads.size(); i++) {
      for (Line record : heads.get(i).records()) {
        try {
          if (record.problem() == null) {
            files.get(i).parser().parse(record, cells);
            times.add(cells[time] == null ? "" : cells[time]);
          }
        } catch (MalformedEventException e) {
          // The error is reported when the record is read.
          continue;
        }
      }
    }
    return times;
  }

  /** Hands every line, headers included, to a reader, in order and in this process. */
  public void forEach(Consumer<Line> reader) throws IOException {
    forFirst(reader, () -> false);
  }

  /**
   * The same until there are enough.
   *
   * @return true if all lines were read
   */
  boolean forFirst(Consumer<Line> reader, BooleanSupplier enough) throws IOException {
    for (int i = 0; i < files.size(); i++) {
      Path path = Path.of(files.get(i).path()).toAbsolutePath();
      try (RecordReader lines =
          files.get(i).layout().open(i, new org.apache.flink.core.fs.Path(path.toUri()))) {
        for (Line line = lines.next(); line != null; line = lines.next()) {
          if (enough.getAsBoolean()) {
            return false;
          }
          reader.accept(line);
        }
      }
    }
    return true;
  }

  @Override
  public List<String> paths() {
    return files.stream().map(EventFile::path).toList();
  }

  @Override
  public boolean ordered() {
    return !sorted;
  }

  @Override
  public long bytes() {
    return bytesBefore(files.size());
  }

  /** Bytes of the files before one, by its place. */
  public long bytesBefore(int file) {
    return files.subList(0, file).stream().mapToLong(EventFile::bytes).sum();
  }

  @Override
  public JsonOutput json() {
    List<int[]> outside = new ArrayList<>();
    files.forEach(f -> outside.add(f.layout().framing() == Framing.CSV ? null : f.places()));
    return new JsonOutput(true, outside);
  }

  /** One reader: the order of the lines is the order of the events. */
  @Override
  public SingleOutputStreamOperator<Event> events(
      StreamExecutionEnvironment environment, Schema schema) {
    WatermarkStrategy<Line> atTheEnd = WatermarkStrategy.noWatermarks();
    SingleOutputStreamOperator<Line> lines =
        environment.fromSource(source(), atTheEnd, "lines").uid("lines").setParallelism(1);
    Map<String, String> types = ColumnTypes.of(columns, schema);
    Lineage.reads(
        lines,
        Boundedness.BOUNDED,
        named.stream().map(path -> Dataset.ofFile(path, types)).toList());
    return lines
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
    List<Layout> layouts = files.stream().map(EventFile::layout).toList();
    return FileSource.forBulkFileFormat(new LineFormat(paths, layouts), uris)
        // Flink's default would pass over files whose names begin with _ or a dot.
        .setFileEnumerator(() -> new NonSplittingRecursiveEnumerator(path -> true))
        .setSplitAssigner(splits -> new InFileOrder(paths, splits))
        .build();
  }
}
