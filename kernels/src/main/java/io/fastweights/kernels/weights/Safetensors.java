package io.fastweights.kernels.weights;

import io.fastweights.kernels.model.Checks;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * A safetensors file, read strictly: the whole header is checked against the file's real size
 * before a tensor is read, so nothing is allocated that the file does not hold.
 *
 * <p>Layout: the header's length (8 bytes, little-endian), the header (JSON), the tensors' bytes
 * (little-endian, row-major). See {@code https://huggingface.co/docs/safetensors}.
 *
 * <p>Not thread-safe.
 */
public final class Safetensors implements Closeable {
  /**
   * Most bytes of a header, the format's own limit. A header is read only where the file is as long
   * as it says, so memory is bounded by what the file holds.
   */
  public static final int MAX_HEADER = 100_000_000;

  /** Most tensors of a file. */
  public static final int MAX_TENSORS = 10_000;

  static final int LENGTH_BYTES = Long.BYTES;
  private static final int CHUNK = 1 << 16;

  /**
   * A tensor in the file.
   *
   * @param shape the dimensions, outermost first; a scalar has none, an empty tensor has a 0
   * @param begin offset of its first byte after the header
   * @param end offset of the end of its bytes
   */
  public record Entry(String name, Dtype dtype, int[] shape, long begin, long end) {}

  /** Bytes at a position of the file; fills the buffer or fails. */
  private interface Source {
    void read(long at, ByteBuffer into) throws IOException;
  }

  private final String name;
  private final Source source;
  private final Closeable resource;
  private final long dataAt;
  private final SafetensorsHeader header;

  private Safetensors(String name, long size, Source source, Closeable resource)
      throws IOException {
    this.name = name;
    this.source = source;
    this.resource = resource;
    if (size < LENGTH_BYTES) {
      throw new WeightsFormatException(
          Kind.TRUNCATED,
          name,
          null,
          String.format(Locale.ROOT, "has %d bytes, must have at least %d", size, LENGTH_BYTES));
    }
    ByteBuffer length = littleEndian(LENGTH_BYTES);
    source.read(0, length);
    int headerBytes = headerBytes(name, length.getLong(0), size);
    ByteBuffer json = littleEndian(headerBytes);
    source.read(LENGTH_BYTES, json);
    this.dataAt = LENGTH_BYTES + (long) headerBytes;
    this.header = SafetensorsHeader.parse(json.array(), size - dataAt, name);
  }

  private int headerBytes(String name, long claimed, long size) throws IOException {
    if (Long.compareUnsigned(claimed, MAX_HEADER) > 0) {
      ByteBuffer start = littleEndian(Math.min(size, ForeignFormat.BYTES));
      source.read(0, start);
      String other = ForeignFormat.describe(start.array());
      if (other != null) {
        throw new WeightsFormatException(Kind.OTHER_FORMAT, name, null, other);
      }
      throw new WeightsFormatException(
          Kind.HEADER_TOO_LARGE,
          name,
          null,
          String.format(
              Locale.ROOT,
              "the header has %s bytes, must have at most %d",
              Long.toUnsignedString(claimed),
              MAX_HEADER));
    }
    long left = size - LENGTH_BYTES;
    if (claimed > left) {
      throw new WeightsFormatException(
          Kind.TRUNCATED,
          name,
          null,
          String.format(
              Locale.ROOT,
              "the header has %d bytes, the file has %d after its length",
              claimed,
              left));
    }
    return (int) claimed;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws WeightsFormatException if it is not a safetensors file of which every byte is accounted
   *     for
   */
  public static Safetensors open(Path file) throws IOException {
    SeekableByteChannel channel = Files.newByteChannel(file);
    try {
      String name = file.toString();
      return new Safetensors(
          name, channel.size(), (at, into) -> readFully(channel, name, at, into), channel);
    } catch (IOException | RuntimeException e) {
      try {
        channel.close();
      } catch (IOException onClose) {
        e.addSuppressed(onClose);
      }
      throw e;
    }
  }

  /**
   * Reads bytes in memory.
   *
   * @param bytes the file; not copied
   * @param name its name in messages
   */
  public static Safetensors of(byte[] bytes, String name) throws IOException {
    return new Safetensors(
        name,
        bytes.length,
        (at, into) -> into.put(bytes, Math.toIntExact(at), into.remaining()),
        () -> {});
  }

  private static void readFully(SeekableByteChannel channel, String name, long at, ByteBuffer into)
      throws IOException {
    channel.position(at);
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new WeightsFormatException(
            Kind.TRUNCATED,
            name,
            null,
            String.format(Locale.ROOT, "was cut at byte %d while it was read", at));
      }
    }
  }

  /** Name of the file in messages. */
  public String name() {
    return name;
  }

  /** The texts of {@code __metadata__}, in the order of the file; empty where there are none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The tensors by name, in the order of the header. */
  public Map<String, Entry> entries() {
    return header.entries();
  }

  /**
   * Reads a tensor of F32, F16, BF16 or F64 as floats; F64 is rounded to the nearest.
   *
   * @throws WeightsFormatException if it is missing, has another dtype, or more floats than one
   *     Java array
   */
  public Tensor floats(String tensor) throws IOException {
    Entry entry = floating(tensor);
    float[] values = new float[elements(entry)];
    int bytes = entry.dtype().bits() / Byte.SIZE;
    ByteBuffer chunk = littleEndian(Math.min(CHUNK, values.length * (long) bytes));
    for (int done = 0; done < values.length; ) {
      int count = Math.min(values.length - done, chunk.capacity() / bytes);
      source.read(at(entry, (long) done * bytes), chunk.clear().limit(count * bytes));
      FloatingPoint.read(entry.dtype(), chunk.flip(), values, done, count);
      done += count;
    }
    return new Tensor(entry.shape().clone(), values);
  }

  /**
   * Reads an I64 tensor's values, row-major.
   *
   * @throws WeightsFormatException if it is missing, has another dtype, or more values than one
   *     Java array
   */
  public long[] longs(String tensor) throws IOException {
    Entry entry = entry(tensor);
    if (entry.dtype() != Dtype.I64) {
      throw wrongDtype(entry, "I64");
    }
    long[] values = new long[elements(entry)];
    ByteBuffer chunk = littleEndian(Math.min(CHUNK, values.length * (long) Long.BYTES));
    for (int done = 0; done < values.length; ) {
      int count = Math.min(values.length - done, chunk.capacity() / Long.BYTES);
      source.read(at(entry, (long) done * Long.BYTES), chunk.clear().limit(count * Long.BYTES));
      chunk.flip().asLongBuffer().get(values, done, count);
      done += count;
    }
    return values;
  }

  /**
   * The entry of a tensor of floating-point numbers.
   *
   * @throws WeightsFormatException if it is missing or has other numbers
   */
  Entry floating(String tensor) throws WeightsFormatException {
    Entry entry = entry(tensor);
    if (!FloatingPoint.isFloating(entry.dtype())) {
      throw wrongDtype(entry, "F32, F16, BF16 or F64");
    }
    return entry;
  }

  private Entry entry(String tensor) throws WeightsFormatException {
    Entry entry = entries().get(tensor);
    if (entry == null) {
      throw new WeightsFormatException(
          Kind.MISSING_TENSOR, name, tensor, "tensor " + tensor + " is missing");
    }
    return entry;
  }

  private WeightsFormatException wrongDtype(Entry entry, String wanted) {
    return new WeightsFormatException(
        Kind.WRONG_DTYPE,
        name,
        entry.name(),
        String.format(
            Locale.ROOT,
            "tensor %s has dtype %s, must have %s",
            entry.name(),
            entry.dtype(),
            wanted));
  }

  private int elements(Entry entry) throws WeightsFormatException {
    long elements = (entry.end() - entry.begin()) * 8 / entry.dtype().bits();
    if (elements > Checks.LARGEST_ARRAY) {
      throw new WeightsFormatException(
          Kind.WRONG_SHAPE,
          name,
          entry.name(),
          String.format(
              Locale.ROOT,
              "tensor %s has shape %s, one Java array holds at most %d elements",
              entry.name(),
              Arrays.toString(entry.shape()),
              Checks.LARGEST_ARRAY));
    }
    return (int) elements;
  }

  private long at(Entry entry, long offset) {
    return dataAt + entry.begin() + offset;
  }

  private static ByteBuffer littleEndian(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Closes the file. */
  @Override
  public void close() throws IOException {
    resource.close();
  }
}
