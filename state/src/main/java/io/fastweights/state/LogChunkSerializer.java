package io.fastweights.state;

import io.fastweights.kernels.engine.EngineOptions.Storage;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.schema.EncodedEvent;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes a {@link LogChunk}: the number of its events (4 bytes, of which the top one is the {@link
 * StorageCode}), the key's events so far (8), the lag, then keys, deltas and, of a memory that
 * faded, fades as little-endian fp32, then a {@link Checksum}. The shape stands in the snapshot.
 */
public final class LogChunkSerializer extends TypeSerializer<LogChunk> {
  private static final long serialVersionUID = 1L;
  private static final int EVENT_BITS = 24;
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

  /** Nobody writes to a chunk once it is made, so a heap backend need not copy it. */
  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public TypeSerializer<LogChunk> duplicate() {
    return this;
  }

  @Override
  public LogChunk createInstance() {
    return new LogChunk(
        Storage.FP32, 0, new float[0], new float[0], null, EncodedEvent.ofTime(0), 0);
  }

  @Override
  public LogChunk copy(LogChunk from) {
    return from;
  }

  @Override
  public LogChunk copy(LogChunk from, LogChunk reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(LogChunk chunk, DataOutputView out) throws IOException {
    LogShape shape = shape();
    int keys = chunk.events() * shape.keys();
    int deltas = chunk.events() * shape.deltas();
    if (chunk.events() >>> EVENT_BITS != 0) {
      throw new IOException("a log chunk of " + chunk.events() + " events is too long");
    }
    int fades = chunk.fades() == null ? 0 : chunk.events();
    int code = StorageCode.of(chunk.storage()) | (fades == 0 ? 0 : StorageCode.FADES);
    int first = code << EVENT_BITS | chunk.events();
    out.writeInt(first);
    out.writeLong(chunk.total());
    chunk.lag().writeLag(out);
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * (keys + deltas + fades)).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats = bytes.asFloatBuffer();
    floats.put(chunk.keys(), 0, keys).put(chunk.deltas(), 0, deltas);
    if (fades > 0) {
      floats.put(chunk.fades(), 0, fades);
    }
    out.write(bytes.array());
    out.writeInt(Checksum.of(first, chunk.total(), chunk.lag(), bytes.array()));
  }

  @Override
  public LogChunk deserialize(DataInputView in) throws IOException {
    LogShape shape = shape();
    int first = in.readInt();
    int code = first >>> EVENT_BITS;
    boolean fading = (code & StorageCode.FADES) != 0;
    Storage storage = StorageCode.storage(code & ~StorageCode.FADES);
    int events = first & (1 << EVENT_BITS) - 1;
    int eventFloats = shape.floats() + (fading ? 1 : 0);
    if (events < 1 || 4L * events * eventFloats > MOST_BYTES) {
      throw new IOException("a log chunk of " + events + " events is corrupt");
    }
    long total = in.readLong();
    EncodedEvent lag = EncodedEvent.readLag(in);
    byte[] bytes = read(in, 4 * events * eventFloats);
    if (StorageCode.isChecked(code)) {
      Checksum.check(Checksum.of(first, total, lag, bytes), in);
    }
    float[] keys = new float[events * shape.keys()];
    float[] deltas = new float[events * shape.deltas()];
    float[] fades = fading ? new float[events] : null;
    FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    floats.get(keys).get(deltas);
    if (fading) {
      floats.get(fades);
    }
    return new LogChunk(storage, events, keys, deltas, fades, lag, total);
  }

  /** A corrupt number of events takes room only for bytes that are there. */
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
  public LogChunk deserialize(LogChunk reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
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
