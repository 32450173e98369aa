package io.fastweights.jobs.events.structured;

import io.fastweights.jobs.events.records.BrokenFileException;
import io.fastweights.jobs.events.records.FileKind;
import java.io.IOException;
import org.apache.flink.core.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/** The records of a Parquet file, by the schema in it. A row group of it is in memory at a time. */
public final class ParquetRecords extends StructuredRecords {
  private final ParquetFileReader reader;
  private final MessageType schema;
  private final MessageColumnIO columns;
  private RecordReader<Group> records;
  private long left;
  private int rowGroups;
  private long bytes;

  /**
   * @throws BrokenFileException if it is no Parquet file
   */
  public ParquetRecords(int file, Path path) throws IOException {
    super(file, FileKind.PARQUET);
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .build();
    try {
      reader = ParquetFileReader.open(new ParquetFile(path), options);
    } catch (IOException | RuntimeException e) {
      throw new BrokenFileException(path.getName(), FileKind.PARQUET, e);
    }
    schema = reader.getFileMetaData().getSchema();
    columns = new ColumnIOFactory().getColumnIO(schema);
  }

  @Override
  String json() throws IOException {
    while (left == 0) {
      PageReadStore pages = reader.readNextRowGroup();
      if (pages == null) {
        return null;
      }
      records = columns.getRecordReader(pages, new GroupRecordConverter(schema));
      left = pages.getRowCount();
      bytes += reader.getRowGroups().get(rowGroups++).getCompressedSize();
    }
    left--;
    return ParquetJson.of(records.read());
  }

  @Override
  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
