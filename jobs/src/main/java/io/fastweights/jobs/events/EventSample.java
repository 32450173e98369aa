package io.fastweights.jobs.events;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Csv;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The first events of files that have no schema yet, read as {@code run} reads them.
 *
 * @param columns of the files, those of folder names included; of JSON also the paths to single
 *     values inside objects
 * @param rows a value for each column; null where it is missing
 * @param unreadable records that are not events
 * @param whole true if the files have no more events
 * @param notes on the files, for the user
 */
public record EventSample(
    List<String> columns, List<String[]> rows, long unreadable, boolean whole, List<String> notes) {
  /** Values that are kept; wide files give fewer events. */
  private static final int MOST_VALUES = 4_000_000;

  /** A column that stands for the time until one is chosen. */
  private static final String NO_TIME = "$time";

  /**
   * Reads a sample.
   *
   * @param most events
   * @throws IllegalArgumentException if there is no file, or none has an event
   */
  public static EventSample of(List<Path> paths, int most) throws IOException {
    return of(paths, most, events -> {});
  }

  /**
   * The same, and says how far it is.
   *
   * @param told takes the number of events read so far
   */
  public static EventSample of(List<Path> paths, int most, IntConsumer told) throws IOException {
    return read(files(paths), most, told);
  }

  private static EventFiles files(List<Path> paths) throws IOException {
    EventFiles best = null;
    FileHead.NoHeaderException refused = null;
    for (Character delimiter : List.of(',', ';', '\t', '|')) {
      try {
        EventFiles files = EventFiles.of(paths, probe(delimiter), file -> {});
        if (best == null || files.columns().size() > best.columns().size()) {
          best = files;
        }
      } catch (FileHead.NoHeaderException e) {
        refused = refused == null ? e : refused;
      }
    }
    if (refused != null && (best == null || best.columns().size() == 1)) {
      throw refused;
    }
    return best;
  }

  /**
   * Passes on every event of files, in their order: the values that it has by the names of the
   * columns.
   *
   * @return records that are not events
   * @throws IllegalArgumentException if there is no file
   */
  public static long forEach(List<Path> paths, Consumer<Map<String, String>> reader)
      throws IOException {
    EventFiles files = files(paths);
    List<Integer> shown = shown(files);
    Reading reading =
        new Reading(
            files,
            shown,
            cells -> {
              Map<String, String> event = new LinkedHashMap<>();
              for (int i = 0; i < cells.length; i++) {
                if (cells[i] != null) {
                  event.put(files.columns().get(shown.get(i)), cells[i]);
                }
              }
              reader.accept(event);
            });
    files.forFirst(reading::take, () -> false);
    return reading.unreadable;
  }

  /** A schema that every file fits. */
  private static Schema probe(char delimiter) {
    return new Schema(
        EventFiles.FILE_COLUMN,
        NO_TIME,
        null,
        List.of(new Field.DayOfWeek("day", ZoneOffset.UTC)),
        null,
        new EventFormat(
            Csv.DEFAULT.with(delimiter),
            EventFormat.Time.DEFAULT,
            null,
            null,
            Map.of(),
            Map.of(NO_TIME, "2000-01-01"),
            null));
  }

  private static EventSample read(EventFiles files, int most, IntConsumer told) throws IOException {
    List<Integer> shown = shown(files);
    int rows = Math.min(most, Math.max(1000, MOST_VALUES / Math.max(1, shown.size())));
    List<String[]> kept = new ArrayList<>();
    Reading reading =
        new Reading(
            files,
            shown,
            row -> {
              kept.add(row);
              told.accept(kept.size());
            });
    boolean whole = files.forFirst(reading::take, () -> kept.size() >= rows);
    if (kept.isEmpty()) {
      throw new IllegalArgumentException("no events in " + String.join(", ", files.paths()));
    }
    List<String> columns = shown.stream().map(files.columns()::get).toList();
    EventSample sample = new EventSample(columns, kept, reading.unreadable, whole, files.notes());
    boolean hasPaths =
        files.files().stream().allMatch(file -> file.layout().framing() != Layout.Framing.CSV);
    return hasPaths ? NestedColumns.unnest(sample) : sample;
  }

  /** Columns of the files themselves. */
  private static List<Integer> shown(EventFiles files) {
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i < files.columns().size(); i++) {
      String name = files.columns().get(i);
      if (!name.equals(EventFiles.FILE_COLUMN) && !name.equals(NO_TIME)) {
        shown.add(i);
      }
    }
    return shown;
  }

  /** Takes the records of files. */
  private static final class Reading {
    private final EventParser parser;
    private final List<Integer> shown;
    private final Consumer<String[]> rows;
    private long unreadable;

    Reading(EventFiles files, List<Integer> shown, Consumer<String[]> rows) {
      this.parser = new EventParser(files, probe(','));
      this.shown = shown;
      this.rows = rows;
    }

    void take(Line line) {
      try {
        Event event = parser.parse(line);
        if (event != null) {
          String[] cells = event.cells();
          rows.accept(shown.stream().map(i -> cells[i]).toArray(String[]::new));
        }
      } catch (MalformedEventException e) {
        unreadable++;
      }
    }
  }
}
