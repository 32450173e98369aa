package io.fastweights.jobs.events;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.flink.api.common.io.compression.InflaterInputStreamFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.compression.StandardDeCompressors;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.ArrayResultIterator;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;

/**
 * Lines with the place of their file and their number, compressed files included. A file is not
 * split: its lines arrive in their order. The position of a reader is the number of lines it gave.
 */
final class LineFormat implements BulkFormat<Line, FileSourceSplit> {
  private static final long serialVersionUID = 1L;
  private static final int BATCH = 1024;
  private static final long BATCH_CHARS = 1 << 20;

  @SuppressWarnings("serial") // List.copyOf makes serializable lists.
  private final List<String> paths;

  /**
   * @param paths of all files, in their order
   */
  LineFormat(List<String> paths) {
    this.paths = List.copyOf(paths);
  }

  /** Opens a file, inflated where its name says so. */
  static InputStream open(Path path) throws IOException {
    InputStream in = path.getFileSystem().open(path);
    InflaterInputStreamFactory<?> inflater =
        StandardDeCompressors.getDecompressorForFileName(path.getName());
    try {
      return inflater == null ? in : inflater.create(in);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public Reader createReader(Configuration config, FileSourceSplit split) throws IOException {
    int file = paths.indexOf(split.path().getPath());
    if (file < 0) {
      throw new IllegalStateException(split.path() + " is none of the files " + paths);
    }
    return new Reader(new LineReader(file, open(split.path())));
  }

  @Override
  public Reader restoreReader(Configuration config, FileSourceSplit split) throws IOException {
    Reader reader = createReader(config, split);
    reader.skip(
        split.getReaderPosition().map(CheckpointedPosition::getRecordsAfterOffset).orElse(0L));
    return reader;
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
    private final LineReader lines;
    private long given;

    private Reader(LineReader lines) {
      this.lines = lines;
    }

    private void skip(long count) throws IOException {
      while (given < count && lines.next() != null) {
        given++;
      }
    }

    @Override
    public RecordIterator<Line> readBatch() throws IOException {
      Line[] batch = new Line[BATCH];
      int size = 0;
      for (long chars = 0; size < BATCH && chars < BATCH_CHARS; size++) {
        Line line = lines.next();
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
      iterator.set(batch, size, CheckpointedPosition.NO_OFFSET, given);
      given += size;
      return iterator;
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }
}
