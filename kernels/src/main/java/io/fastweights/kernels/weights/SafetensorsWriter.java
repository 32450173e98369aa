package io.fastweights.kernels.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * Writes F32 tensors as a safetensors file, one tensor at a time: names and shapes are given first,
 * values follow in any order, so the tensors need not all be in memory. The same content always
 * gives the same bytes; a reader sees the old file or the new one, never a part.
 *
 * <p>Not thread-safe.
 */
public final class SafetensorsWriter implements Closeable {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int ALIGNMENT = 8;
  private static final int CHUNK = 1 << 16;

  private final String name;
  private final Path target;
  private final Path written;
  private final FileChannel channel;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
  private final long dataAt;
  private final Map<String, Extent> missing = new HashMap<>();

  /** Position of a tensor's bytes after the header. */
  private record Extent(int[] shape, long begin, long floats) {}

  /**
   * Begins a file.
   *
   * @param metadata texts for {@code __metadata__}, in this order
   * @param shapes of the tensors by name, in the order of their bytes
   * @throws WeightsFormatException if the file would be one that {@link Safetensors} refuses
   */
  public SafetensorsWriter(Path file, Map<String, String> metadata, Map<String, int[]> shapes)
      throws IOException {
    name = file.toString();
    byte[] header = header(metadata, shapes);
    target = file.toAbsolutePath();
    written = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    channel = FileChannel.open(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    dataAt = Safetensors.LENGTH_BYTES + (long) header.length;
    try {
      drain(chunk.putLong(header.length).flip());
      drain(ByteBuffer.wrap(header));
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /**
   * Writes a whole file.
   *
   * @param metadata texts for {@code __metadata__}, in this order
   * @param tensors in this order
   * @throws WeightsFormatException if the file would be one that {@link Safetensors} refuses
   */
  static void write(Path file, Map<String, String> metadata, Map<String, Tensor> tensors)
      throws IOException {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    try (SafetensorsWriter writer = new SafetensorsWriter(file, metadata, shapes)) {
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        writer.write(entry.getKey(), entry.getValue().data());
      }
      writer.finish();
    }
  }

  /**
   * Writes the values of a tensor.
   *
   * @param values row-major
   * @throws IllegalArgumentException if there is no such tensor, it is written already, or has
   *     another size
   */
  public void write(String tensor, float[] values) throws IOException {
    Extent extent = missing.get(tensor);
    if (extent == null) {
      throw new IllegalArgumentException(
          "tensor " + tensor + " is not among those of " + name + ", or written already");
    }
    if (extent.floats() != values.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor %s has shape %s, not %d floats",
              tensor,
              Arrays.toString(extent.shape()),
              values.length));
    }
    channel.position(dataAt + extent.begin());
    for (int done = 0; done < values.length; ) {
      int count = Math.min(values.length - done, CHUNK / Float.BYTES);
      chunk.clear().limit(count * Float.BYTES).asFloatBuffer().put(values, done, count);
      drain(chunk);
      done += count;
    }
    missing.remove(tensor);
  }

  /**
   * Puts the file in its place.
   *
   * @throws IllegalStateException if a tensor is missing
   */
  public void finish() throws IOException {
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%d tensors of %s are not written, %s is one of them",
              missing.size(),
              name,
              missing.keySet().iterator().next()));
    }
    channel.force(true);
    channel.close();
    Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Forgets a file that was not finished. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(written);
  }

  private void drain(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private byte[] header(Map<String, String> metadata, Map<String, int[]> shapes)
      throws IOException {
    if (shapes.size() > Safetensors.MAX_TENSORS) {
      throw new WeightsFormatException(
          Kind.TOO_MANY_TENSORS,
          name,
          null,
          String.format(
              Locale.ROOT,
              "%d tensors, at most %d can be written",
              shapes.size(),
              Safetensors.MAX_TENSORS));
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
      for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
        long floats = 1;
        for (int n : entry.getValue()) {
          floats = Math.multiplyExact(floats, (long) n);
        }
        long end = Math.addExact(at, Math.multiplyExact(floats, (long) Float.BYTES));
        writeEntry(json, entry.getKey(), entry.getValue(), at, end);
        missing.put(entry.getKey(), new Extent(entry.getValue(), at, floats));
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
          name,
          null,
          String.format(
              Locale.ROOT,
              "the header has %d bytes, must have at most %d",
              bytes.size(),
              Safetensors.MAX_HEADER));
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
