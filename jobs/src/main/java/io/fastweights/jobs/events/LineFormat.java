package io.fastweights.jobs.events;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.ArrayResultIterator;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;

/**
 * Records with the place of their file and their number, compressed files included. A file is not
 * split: its records arrive in their order.
 *
 * <p>The position of a reader is the number of records it gave, with offset 0. Positions without an
 * offset count lines that are not blank, as older versions cut all files into lines: they are read
 * as the first record that begins behind those lines.
 */
final class LineFormat implements BulkFormat<Line, FileSourceSplit> {
  private static final long serialVersionUID = 1L;
  private static final int BATCH = 1024;
  private static final long BATCH_CHARS = 1 << 20;
  private static final long OFFSET = 0;

  @SuppressWarnings("serial") // List.copyOf makes serializable lists.
  private final List<String> paths;

  @SuppressWarnings(
      "serial") // The lists of List.of, List.copyOf and Stream.toList are serializable.
  private final List<Layout> layouts;

  /**
   * @param paths of all files, in their order
   * @param layouts one for each
   */
  LineFormat(List<String> paths, List<Layout> layouts) {
    this.paths = List.copyOf(paths);
    this.layouts = List.copyOf(layouts);
  }

  private int file(FileSourceSplit split) {
    int file = paths.indexOf(split.path().getPath());
    if (file < 0) {
      throw new IllegalStateException(split.path() + " is none of the files " + paths);
    }
    return file;
  }

  @Override
  public Reader createReader(Configuration config, FileSourceSplit split) throws IOException {
    int file = file(split);
    return new Reader(layouts.get(file).open(file, split.path()));
  }

  @Override
  public Reader restoreReader(Configuration config, FileSourceSplit split) throws IOException {
    CheckpointedPosition position = split.getReaderPosition().orElse(null);
    Reader reader = createReader(config, split);
    if (position == null) {
      return reader;
    }
    long records = position.getRecordsAfterOffset();
    if (position.getOffset() == OFFSET || layouts.get(file(split)).csv() == null) {
      reader.skip(records);
    } else {
      reader.skipLines(lineOf(records, split.path()));
    }
    return reader;
  }

  /** The number of the last of so many lines that are not blank. */
  private static long lineOf(long lines, Path path) throws IOException {
    Layout plain = new Layout(Layout.Framing.JSON_LINES, null, "ISO-8859-1");
    try (RecordReader reader = plain.open(0, path)) {
      long number = 0;
      for (long i = 0; i < lines; i++) {
        Line line = reader.next();
        number = line == null ? Long.MAX_VALUE : line.number();
      }
      return number;
    }
  }

  @Override
  public boolean isSplittable() {
    return false;
  }

  @Override
  public TypeInformation<Line> getProducedType() {
    return TypeInformation.of(Line.class);
  }

  static final class Reader implements BulkFormat.Reader<Line> {
    private final RecordReader records;
    private Line ahead;
    private long given;

    private Reader(RecordReader records) {
      this.records = records;
    }

    private Line next() throws IOException {
      Line next = ahead == null ? records.next() : ahead;
      ahead = null;
      return next;
    }

    private void skip(long count) throws IOException {
      while (given < count && records.next() != null) {
        given++;
      }
    }

    private void skipLines(long last) throws IOException {
      Line line = records.next();
      while (line != null && line.number() <= last) {
        given++;
        line = records.next();
      }
      ahead = line;
    }

    @Override
    public RecordIterator<Line> readBatch() throws IOException {
      Line[] batch = new Line[BATCH];
      int size = 0;
      for (long chars = 0; size < BATCH && chars < BATCH_CHARS; size++) {
        Line line = next();
        if (line == null) {
          break;
        }
        batch[size] = line;
        chars += line.text().length();
      }
      if (size == 0) {
        return null;
      }
      ArrayResultIterator<Line> iterator = new ArrayResultIterator<>();
      iterator.set(batch, size, OFFSET, given);
      given += size;
      return iterator;
    }

    @Override
    public void close() throws IOException {
      records.close();
    }
  }
}
