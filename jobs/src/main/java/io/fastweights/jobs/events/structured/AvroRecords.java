package io.fastweights.jobs.events.structured;

import io.fastweights.jobs.events.records.BrokenFileException;
import io.fastweights.jobs.events.records.Compression;
import io.fastweights.jobs.events.records.FileKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** The records of an Avro file (an object container file), by the schema in it. */
public final class AvroRecords extends StructuredRecords {
  /** Bytes of the mark that ends the header and every block. */
  private static final int MARK = 16;

  private static final int MAGIC = 4;

  private final Compression.Inflated in;
  private final Tail tail;
  private final byte[] mark = new byte[MARK];
  private final DataFileStream<GenericRecord> records;

  /**
   * @throws BrokenFileException if it is no Avro file, or one whose records could hold any number
   *     of items in a few bytes
   */
  public AvroRecords(int file, String name, Compression.Inflated in) throws IOException {
    super(file, FileKind.AVRO);
    this.in = in;
    this.tail = new Tail(in);
    try {
      records =
          new DataFileStream<>(header(), new GenericDatumReader<>(null, null, AvroJson.data()));
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

  /** Reads the mark off the header, and returns the whole file. */
  private InputStream header() throws IOException {
    Recorded recorded = new Recorded(tail);
    BinaryDecoder decoder = DecoderFactory.get().directBinaryDecoder(recorded, null);
    byte[] magic = new byte[MAGIC];
    decoder.readFixed(magic);
    if (magic[0] == 'O' && magic[1] == 'b' && magic[2] == 'j') {
      for (long n = decoder.readMapStart(); n != 0; n = decoder.mapNext()) {
        for (long i = 0; i < n; i++) {
          decoder.readString();
          decoder.readBytes(null);
        }
      }
      decoder.readFixed(mark);
    }
    return new SequenceInputStream(new ByteArrayInputStream(recorded.bytes.toByteArray()), tail);
  }

  @Override
  String json() throws IOException {
    if (!records.hasNext()) {
      requireEnd();
      return null;
    }
    Object record = records.next();
    if (record instanceof IndexedRecord fields) {
      return AvroJson.of(fields);
    }
    throw new IOException("its values are no records");
  }

  /** Avro's reader takes a file that ends inside a block for one that ends before it. */
  private void requireEnd() throws IOException {
    if (in.broken() != null) {
      throw new IOException(in.broken());
    }
    if (!Arrays.equals(tail.last, mark)) {
      throw new IOException("it ends inside a block");
    }
  }

  @Override
  long bytes() {
    return in.bytes();
  }

  @Override
  public void close() throws IOException {
    records.close();
  }

  /** Keeps the last bytes that were read. */
  private static final class Tail extends FilterInputStream {
    private final byte[] last = new byte[MARK];

    Tail(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = in.read(into, offset, length);
      int kept = Math.min(MARK, Math.max(0, read));
      if (kept == 0) {
        return read;
      }
      System.arraycopy(last, kept, last, 0, MARK - kept);
      System.arraycopy(into, offset + read - kept, last, MARK - kept, kept);
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      return Math.max(0, read(new byte[(int) Math.min(bytes, 1 << 13)]));
    }
  }

  /** Keeps all that was read. */
  private static final class Recorded extends FilterInputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Recorded(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int next = in.read();
      if (next >= 0) {
        bytes.write(next);
      }
      return next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = in.read(into, offset, length);
      bytes.write(into, offset, Math.max(0, read));
      return read;
    }

    @Override
    public long skip(long length) throws IOException {
      return Math.max(0, read(new byte[(int) Math.min(length, 1 << 13)]));
    }
  }
}
