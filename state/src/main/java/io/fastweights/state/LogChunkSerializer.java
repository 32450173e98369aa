package io.fastweights.state;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes a {@link LogChunk}: the number of its events (4 bytes, of which the top one is the {@link
 * StorageCode}; of values, its complement), the key's events so far (8), the lag, then as
 * little-endian fp32 keys, deltas (or values and betas) and, of a memory that faded, fades, then a
 * {@link Checksum}. The shape stands in the snapshot.
 */
@Internal
public final class LogChunkSerializer extends SharedSerializer<LogChunk> {
  private static final long serialVersionUID = 1L;
  private static final int EVENT_BITS = 24;
  private static final int EVENTS = (1 << EVENT_BITS) - 1;
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  /** Chunks up to here are read at once. */
  private static final int TRUSTED_BYTES = 1 << 20;

  private final int updates;
  private final int heads;
  private final int keyDim;
  private final int columns;

  public LogChunkSerializer(LogShape shape) {
    updates = shape.updates();
    heads = shape.heads();
    keyDim = shape.keyDim();
    columns = shape.columns();
  }

  /** The shape of an event. */
  public LogShape shape() {
    return new LogShape(updates, heads, keyDim, columns);
  }

  /** A chunk is never modified, so a heap backend need not copy it. */
  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public LogChunk createInstance() {
    LoggedEvents none = LoggedEvents.ofDeltas(0, new float[0], new float[0], null);
    return new LogChunk(Storage.FP32, none, EncodedEvent.ofTime(0), 0);
  }

  @Override
  public LogChunk copy(LogChunk from) {
    return from;
  }

  @Override
  public void serialize(LogChunk chunk, DataOutputView out) throws IOException {
    LoggedEvents events = chunk.events();
    int n = events.events();
    if (n > EVENTS) {
      throw new IOException("a log chunk of " + n + " events is too long");
    }
    int code =
        StorageCode.of(chunk.storage())
            | (events.ofValues() ? StorageCode.VALUES : 0)
            | (events.fades() == null ? 0 : StorageCode.FADES)
            | (isNumbered(chunk) ? StorageCode.NUMBERED : 0);
    int first = code << EVENT_BITS | count(code, n);
    out.writeInt(first);
    out.writeLong(chunk.total());
    chunk.lag().writeLag(out);
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * (int) floats(code, n)).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats = bytes.asFloatBuffer();
    floats.put(events.keys(), 0, n * shape().keys());
    if (events.ofValues()) {
      floats.put(events.values(), 0, n * columns).put(events.betas(), 0, heads);
    } else {
      floats.put(events.deltas(), 0, n * shape().deltas());
    }
    if (events.fades() != null) {
      floats.put(events.fades(), 0, n);
    }
    out.write(bytes.array());
    out.writeInt(Checksum.of(first, chunk.total(), chunk.lag(), bytes.array()));
  }

  /**
   * @throws IOException if the numbers do not end with the chunk's total, from which they are read
   *     back
   */
  private static boolean isNumbered(LogChunk chunk) throws IOException {
    LoggedEvents events = chunk.events();
    boolean numbered = chunk.storage() == Storage.BF16 && events.numbered();
    if (numbered && events.first() != firstOf(chunk.total(), events.events())) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "a log chunk of %d events of %d so far is numbered from %d",
              events.events(),
              chunk.total(),
              events.first()));
    }
    return numbered;
  }

  private static long firstOf(long total, int events) {
    return total - events + 1;
  }

  @Override
  public LogChunk deserialize(DataInputView in) throws IOException {
    int first = in.readInt();
    int code = first >>> EVENT_BITS;
    Storage storage = StorageCode.storage(code & ~kinds(code));
    int events = count(code, first & EVENTS);
    if (events < 1 || Float.BYTES * floats(code, events) > MOST_BYTES) {
      throw new IOException("a log chunk of " + events + " events is corrupt");
    }
    long total = in.readLong();
    EncodedEvent lag = EncodedEvent.readLag(in);
    byte[] bytes = read(in, Float.BYTES * (int) floats(code, events));
    if (StorageCode.isChecked(code)) {
      Checksum.check(Checksum.of(first, total, lag, bytes), in);
    }
    FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    LoggedEvents logged = events(code, events, floats);
    if ((code & StorageCode.NUMBERED) != 0) {
      if (firstOf(total, events) < 1) {
        throw new IOException("a log chunk of " + events + " events of " + total + " is corrupt");
      }
      logged = logged.numberedFrom(firstOf(total, events));
    }
    return new LogChunk(storage, logged, lag, total);
  }

  /** Flags that a code may have beside the storage; those but for fades always have a checksum. */
  private static int kinds(int code) {
    if (!StorageCode.isChecked(code)) {
      return StorageCode.FADES;
    }
    boolean half = (code & StorageCode.BF16) != 0;
    return StorageCode.FADES | StorageCode.VALUES | (half ? StorageCode.NUMBERED : 0);
  }

  /**
   * The number of events as it is written, and back. For values the complement is written: if the
   * code is corrupt, they are not read as deltas of the same length.
   */
  private static int count(int code, int events) {
    return (code & StorageCode.VALUES) != 0 ? EVENTS & ~events : events;
  }

  private LoggedEvents events(int code, int events, FloatBuffer from) {
    float[] keys = take(from, events * shape().keys());
    boolean values = (code & StorageCode.VALUES) != 0;
    float[] learned = take(from, events * (values ? columns : shape().deltas()));
    float[] betas = values ? take(from, heads) : null;
    float[] fades = (code & StorageCode.FADES) != 0 ? take(from, events) : null;
    return values
        ? LoggedEvents.ofValues(events, keys, learned, betas, fades)
        : LoggedEvents.ofDeltas(events, keys, learned, fades);
  }

  private static float[] take(FloatBuffer from, int floats) {
    float[] taken = new float[floats];
    from.get(taken);
    return taken;
  }

  /** Floats of a chunk of this code. */
  private long floats(int code, int events) {
    boolean values = (code & StorageCode.VALUES) != 0;
    long each = (long) shape().keys() + (values ? columns : shape().deltas());
    return events * (each + ((code & StorageCode.FADES) != 0 ? 1 : 0)) + (values ? heads : 0);
  }

  /** A corrupt number of events allocates memory only for bytes that exist. */
  private static byte[] read(DataInputView in, int length) throws IOException {
    byte[] bytes = new byte[Math.min(length, TRUSTED_BYTES)];
    try {
      in.readFully(bytes);
      while (bytes.length < length) {
        int had = bytes.length;
        bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * had));
        in.readFully(bytes, had, bytes.length - had);
      }
    } catch (EOFException e) {
      throw new IOException("a log chunk is cut off: not " + length + " bytes", e);
    }
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogChunkSerializer that && that.shape().equals(shape());
  }

  @Override
  public int hashCode() {
    return shape().hashCode();
  }

  @Override
  public TypeSerializerSnapshot<LogChunk> snapshotConfiguration() {
    return new LogChunkSerializerSnapshot(shape());
  }
}
