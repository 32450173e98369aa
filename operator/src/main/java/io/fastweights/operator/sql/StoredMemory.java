package io.fastweights.operator.sql;

import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.schema.EncodedEvent;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * One entry of a key's state in SQL, a base or a logged event, as the bytes that a list view keeps:
 *
 * <pre>
 *   format 1 byte | model 4 bytes | written 8 bytes | events 8 bytes | lag | floats, little-endian
 * </pre>
 *
 * Format 2 has {@code fade}, 4 bytes, between the lag and the floats.
 *
 * <p>{@code model} is a checksum of the memory's shape and recipe: Flink sees the entries only as
 * BYTES, so that each entry must identify its model.
 *
 * @param written time of writing, in milliseconds of processing time
 * @param events observed events of the key up to and with this entry
 * @param lag the last of them
 * @param fade factor that the memory was multiplied by before a logged event; 1 in format 1
 * @param floats W, row-major; or those of a logged event
 */
record StoredMemory(long written, long events, EncodedEvent lag, float fade, float[] floats) {
  private static final byte PLAIN = 1;
  private static final byte FADED = 2;

  /** Writes and reads the entries of one model. */
  static final class Format {
    private final MemoryShape shape;
    private final int logFloats;
    private final String model;
    private final int checksum;

    Format(MemoryShape shape, RowLog log, String recipe) {
      this.shape = shape;
      this.logFloats = log.floats();
      this.model = recipe + ", memory of shape " + shape + ", log of " + log;
      CRC32C crc = new CRC32C();
      crc.update(model.getBytes(StandardCharsets.UTF_8));
      this.checksum = (int) crc.getValue();
    }

    byte[] write(StoredMemory entry) throws IOException {
      DataOutputSerializer out = new DataOutputSerializer(64 + 4 * entry.floats.length);
      out.writeByte(entry.fade == 1 ? PLAIN : FADED);
      out.writeInt(checksum);
      out.writeLong(entry.written);
      out.writeLong(entry.events);
      entry.lag.writeLag(out);
      if (entry.fade != 1) {
        out.writeFloat(entry.fade);
      }
      byte[] floats = new byte[4 * entry.floats.length];
      ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(entry.floats);
      out.write(floats);
      return out.getCopyOfBuffer();
    }

    StoredMemory readBase(byte[] bytes) throws IOException {
      return read(bytes, shape.floats());
    }

    StoredMemory readLogged(byte[] bytes) throws IOException {
      return read(bytes, logFloats);
    }

    private StoredMemory read(byte[] bytes, int floats) throws IOException {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      byte format = in.readByte();
      if (format != PLAIN && format != FADED) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "a stored memory has format %d, must be %d or %d",
                format,
                PLAIN,
                FADED));
      }
      if (in.readInt() != checksum) {
        throw new IOException(
            "a stored memory is of another model than this query's: "
                + model
                + "; give the query its weights, schema and options of before, or begin with new"
                + " state");
      }
      long written = in.readLong();
      long events = in.readLong();
      EncodedEvent lag = EncodedEvent.readLag(in);
      float fade = format == FADED ? in.readFloat() : 1;
      byte[] rest = in.readAllBytes();
      if (rest.length != 4 * floats) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "a stored memory has %d bytes of floats, must have %d",
                rest.length,
                4 * floats));
      }
      float[] values = new float[floats];
      ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
      return new StoredMemory(written, events, lag, fade, values);
    }
  }
}
