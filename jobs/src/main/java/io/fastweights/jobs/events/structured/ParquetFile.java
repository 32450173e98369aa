package io.fastweights.jobs.events.structured;

import java.io.IOException;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A file of any file system that Flink has, as Parquet's reader takes it. */
record ParquetFile(Path path) implements InputFile {

  @Override
  public long getLength() throws IOException {
    return path.getFileSystem().getFileStatus(path).getLen();
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    FSDataInputStream in = path.getFileSystem().open(path);
    return new DelegatingSeekableInputStream(in) {
      @Override
      public long getPos() throws IOException {
        return in.getPos();
      }

      @Override
      public void seek(long position) throws IOException {
        in.seek(position);
      }
    };
  }

  /** In messages. */
  @Override
  public String toString() {
    return path.toString();
  }
}
