package io.fastweights.jobs.events.structured;

import io.fastweights.jobs.events.records.BrokenFileException;
import io.fastweights.jobs.events.records.FileKind;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import java.io.IOException;
import java.util.Locale;

/**
 * The records of a file whose format carries a schema, each as one JSON object, so that what is
 * said of JSON events holds for them too. Their numbers count records from 1. The file ends at the
 * first record that cannot be read, which is one with a problem.
 */
abstract class StructuredRecords implements RecordReader {
  private static final int KEPT_OF_TOO_LONG = 1000;

  private final int file;
  private final FileKind kind;
  private long number;
  private boolean ended;

  StructuredRecords(int file, FileKind kind) {
    this.file = file;
    this.kind = kind;
  }

  /**
   * The next record as a JSON object; null at the end of the file.
   *
   * @throws IOException or RuntimeException if it cannot be read: libraries throw either for bytes
   *     that make no sense
   */
  abstract String json() throws IOException;

  /** Bytes of the file that were read so far; 0 if that is not known. */
  abstract long bytes();

  @Override
  public final Line next() {
    if (ended) {
      return null;
    }
    number++;
    try {
      String json = json();
      ended = json == null;
      return ended ? null : line(json);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      ended = true;
      String problem =
          String.format(
              Locale.ROOT,
              "the %s file is cut off or broken here, in record %d: %s",
              kind.title(),
              number,
              BrokenFileException.reason(e));
      return new Line(file, number, "", problem, null, bytes());
    }
  }

  private Line line(String json) {
    if (json.length() <= MOST_CHARS) {
      return new Line(file, number, json, null, null, bytes());
    }
    String problem =
        String.format(
            Locale.ROOT,
            "the record has %d characters as JSON, at most %d",
            json.length(),
            MOST_CHARS);
    return new Line(file, number, json.substring(0, KEPT_OF_TOO_LONG), problem, null, bytes());
  }
}
