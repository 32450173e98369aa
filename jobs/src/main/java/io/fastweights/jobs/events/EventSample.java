package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Csv;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The first events of files that have no schema yet, read as {@code run} reads them.
 *
 * @param columns of the files, those of folder names included
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
    EventFiles best = null;
    for (Character delimiter : List.of(',', ';', '\t', '|')) {
      EventFiles files = EventFiles.of(paths, probe(delimiter), file -> {});
      if (best == null || files.columns().size() > best.columns().size()) {
        best = files;
      }
    }
    return read(best, most);
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

  private static EventSample read(EventFiles files, int most) throws IOException {
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i < files.columns().size(); i++) {
      String name = files.columns().get(i);
      if (!name.equals(EventFiles.FILE_COLUMN) && !name.equals(NO_TIME)) {
        shown.add(i);
      }
    }
    int rows = Math.min(most, Math.max(1000, MOST_VALUES / Math.max(1, shown.size())));
    Reading reading = new Reading(files, shown);
    boolean whole = files.forFirst(reading::take, () -> reading.rows.size() >= rows);
    if (reading.rows.isEmpty()) {
      throw new IllegalArgumentException("no events in " + String.join(", ", files.paths()));
    }
    List<String> columns = shown.stream().map(files.columns()::get).toList();
    return new EventSample(columns, reading.rows, reading.unreadable, whole, files.notes());
  }

  /** The rows so far. */
  private static final class Reading {
    private final EventParser parser;
    private final List<Integer> shown;
    private final List<String[]> rows = new ArrayList<>();
    private long unreadable;

    Reading(EventFiles files, List<Integer> shown) {
      this.parser = new EventParser(files, probe(','));
      this.shown = shown;
    }

    void take(Line line) {
      try {
        Event event = parser.parse(line);
        if (event != null) {
          String[] cells = event.cells();
          rows.add(shown.stream().map(i -> cells[i]).toArray(String[]::new));
        }
      } catch (MalformedEventException e) {
        unreadable++;
      }
    }
  }
}
