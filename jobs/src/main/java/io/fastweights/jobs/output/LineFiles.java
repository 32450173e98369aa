package io.fastweights.jobs.output;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;

/** Files of lines, each with a header of its own where there is one; a new file a checkpoint. */
public final class LineFiles {
  private LineFiles() {}

  /**
   * @param folder takes the files
   * @param prefix of their names
   * @param suffix of their names
   * @param header null for none
   */
  public static FileSink<String> sink(Path folder, String prefix, String suffix, String header) {
    BulkWriter.Factory<String> factory = out -> new Writer(out, header);
    return FileSink.forBulkFormat(new org.apache.flink.core.fs.Path(folder.toUri()), factory)
        .withBucketAssigner(new BasePathBucketAssigner<>())
        .withOutputFileConfig(new OutputFileConfig(prefix, suffix))
        .build();
  }

  private static final class Writer implements BulkWriter<String> {
    private final BufferedWriter out;

    Writer(FSDataOutputStream stream, String header) throws IOException {
      out = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), 1 << 16);
      if (header != null) {
        addElement(header);
      }
    }

    @Override
    public void addElement(String line) throws IOException {
      out.write(line);
      out.write('\n');
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    /** The stream is closed by its owner. */
    @Override
    public void finish() throws IOException {
      out.flush();
    }
  }
}
