package io.fastweights.jobs.events;

import java.io.IOException;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;

/** The records of an Avro file (an object container file), by the schema in it. */
final class AvroRecords extends StructuredRecords {
  private final Compression.Inflated in;
  private final DataFileStream<GenericRecord> records;

  /**
   * @throws BrokenFileException if it is no Avro file, or one whose records could hold any number
   *     of items in a few bytes
   */
  AvroRecords(int file, String name, Compression.Inflated in) throws IOException {
    super(file, FileKind.AVRO);
    this.in = in;
    try {
      records = new DataFileStream<>(in, new GenericDatumReader<>(null, null, AvroJson.data()));
    } catch (IOException | RuntimeException e) {
      throw new BrokenFileException(name, FileKind.AVRO, e);
    }
    if (AvroItems.mayTakeNoBytes(records.getSchema())) {
      throw new BrokenFileException(
          name,
          FileKind.AVRO,
          new IOException("its schema has an array of items that take no bytes, as null"));
    }
  }

  @Override
  String json() throws IOException {
    if (!records.hasNext()) {
      if (in.broken() != null) {
        throw new IOException(in.broken());
      }
      return null;
    }
    Object record = records.next();
    if (record instanceof IndexedRecord fields) {
      return AvroJson.of(fields);
    }
    throw new IOException("its values are no records");
  }

  @Override
  long bytes() {
    return in.bytes();
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
