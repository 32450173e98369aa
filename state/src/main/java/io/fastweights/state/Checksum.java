package io.fastweights.state;

import io.fastweights.kernels.schema.EncodedEvent;
import java.io.IOException;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;

/** CRC-32C of a stored value, written after it, so that a bit error on disk is detected. */
final class Checksum {
  private static final int HEAD_BYTES = 128;

  private Checksum() {}

  /**
   * @param first the number that carries the {@link StorageCode}
   * @param floats the rest of the value, as it is stored
   */
  static int of(long first, long events, EncodedEvent lag, byte[] floats) throws IOException {
    DataOutputSerializer head = new DataOutputSerializer(HEAD_BYTES);
    head.writeLong(first);
    head.writeLong(events);
    lag.writeLag(head);
    CRC32C crc = new CRC32C();
    crc.update(head.getSharedBuffer(), 0, head.length());
    crc.update(floats);
    return (int) crc.getValue();
  }

  /**
   * @throws IOException if the stored checksum differs
   */
  static void check(int expected, DataInputView in) throws IOException {
    int found = in.readInt();
    if (found != expected) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "a stored value is corrupt: its checksum is %08x, must be %08x",
              found,
              expected));
    }
  }
}
