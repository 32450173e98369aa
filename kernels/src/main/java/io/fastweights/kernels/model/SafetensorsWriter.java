package io.fastweights.kernels.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;

/**
 * Writes F32 tensors as a safetensors file. The same content always gives the same bytes; a reader
 * sees the old file or the new one, never a part.
 */
final class SafetensorsWriter {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int ALIGNMENT = 8;
  private static final int CHUNK = 1 << 16;

  private SafetensorsWriter() {}

  /**
   * @param metadata texts for {@code __metadata__}, in this order
   * @param tensors in this order
   * @throws WeightsFormatException if the file would be one that {@link Safetensors} refuses
   */
  static void write(Path file, Map<String, String> metadata, Map<String, Tensor> tensors)
      throws IOException {
    byte[] header = header(file.toString(), metadata, tensors);
    Path target = file.toAbsolutePath();
    Path written = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      writeAll(written, header, tensors);
      Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private static void writeAll(Path file, byte[] header, Map<String, Tensor> tensors)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
      drain(chunk.putLong(header.length).flip(), channel);
      drain(ByteBuffer.wrap(header), channel);
      for (Tensor tensor : tensors.values()) {
        float[] values = tensor.data();
        for (int done = 0; done < values.length; ) {
          int count = Math.min(values.length - done, CHUNK / Float.BYTES);
          chunk.clear().limit(count * Float.BYTES).asFloatBuffer().put(values, done, count);
          drain(chunk, channel);
          done += count;
        }
      }
      channel.force(true);
    }
  }

  private static void drain(ByteBuffer bytes, FileChannel channel) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static byte[] header(
      String file, Map<String, String> metadata, Map<String, Tensor> tensors) throws IOException {
    if (tensors.size() > Safetensors.MAX_TENSORS) {
      throw new WeightsFormatException(
          Kind.TOO_MANY_TENSORS,
          file,
          null,
          "%d tensors, at most %d can be written"
              .formatted(tensors.size(), Safetensors.MAX_TENSORS));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeObjectFieldStart(SafetensorsHeader.METADATA);
      for (Map.Entry<String, String> entry : metadata.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
      long at = 0;
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        long end = at + (long) entry.getValue().data().length * Float.BYTES;
        writeEntry(json, entry.getKey(), entry.getValue().shape(), at, end);
        at = end;
      }
      json.writeEndObject();
    }
    // Spaces after the JSON, so that the data is aligned for readers that map it.
    while (bytes.size() % ALIGNMENT != 0) {
      bytes.write(' ');
    }
    if (bytes.size() > Safetensors.MAX_HEADER) {
      throw new WeightsFormatException(
          Kind.HEADER_TOO_LARGE,
          file,
          null,
          "the header has %d bytes, must have at most %d"
              .formatted(bytes.size(), Safetensors.MAX_HEADER));
    }
    return bytes.toByteArray();
  }

  private static void writeEntry(JsonGenerator json, String name, int[] shape, long at, long end)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeStringField("dtype", Dtype.F32.name());
    json.writeFieldName("shape");
    json.writeArray(shape, 0, shape.length);
    json.writeFieldName("data_offsets");
    json.writeArray(new long[] {at, end}, 0, 2);
    json.writeEndObject();
  }
}
