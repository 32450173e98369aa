package io.fastweights.kernels.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.kernels.Allocations;
import io.fastweights.kernels.model.WeightsFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Files in memory for the tests of the reader: made, edited, and read under watch. */
final class WeightsBytes {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Multiple of the input's size that the reader may allocate. */
  private static final int TIMES_INPUT = 32;

  private WeightsBytes() {}

  /** A file of this header, unchanged, and this many zero bytes. */
  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), new byte[dataBytes]);
  }

  static byte[] file(byte[] header, byte[] data) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.length);
    return bytes
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(data)
        .array();
  }

  /** The header of a file. */
  static ObjectNode header(byte[] file) {
    try {
      return (ObjectNode) JSON.readTree(file, 8, dataAt(file) - 8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Offset of the data in a file. */
  static int dataAt(byte[] file) {
    return 8 + (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
  }

  /** The file with another header, without a checksum, and the same data. */
  static byte[] edited(byte[] file, Consumer<ObjectNode> edit) {
    ObjectNode header = header(file);
    if (header.get("__metadata__") instanceof ObjectNode metadata) {
      metadata.remove(WeightsChecksum.KEY);
    }
    edit.accept(header);
    byte[] data = Arrays.copyOfRange(file, dataAt(file), file.length);
    return file(header.toString().getBytes(StandardCharsets.UTF_8), data);
  }

  /** The file with other metadata. */
  static byte[] withMetadata(byte[] file, Consumer<ObjectNode> edit) {
    return edited(file, header -> edit.accept(header.withObject("/__metadata__")));
  }

  /**
   * Reads bytes that may be anything. They must give weights or a {@link WeightsFormatException};
   * any other exception goes through. Either may allocate no more than a small multiple of the
   * bytes.
   *
   * @return the weights, or null if the file is refused
   */
  static WeightsFile readAny(byte[] bytes) throws IOException {
    return Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(bytes));
  }

  private static WeightsFile readOrRefuse(byte[] bytes) throws IOException {
    try {
      return WeightsFile.load(bytes, "any");
    } catch (WeightsFormatException e) {
      if (e.kind() == null || !e.getMessage().startsWith("any: ")) {
        throw new AssertionError("an error without kind or file name", e);
      }
      return null;
    }
  }
}
