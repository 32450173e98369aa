package io.fastweights.state;

import io.fastweights.kernels.model.LogShape;
import java.io.IOException;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The shape of the logs in a checkpoint. Version 5: a chunk in bf16 may be rounded by the numbers
 * of its events, which a flag marks, and older chunks are still replayed to the nearest; the lag
 * may have running statistics, which the sign of its number of features marks. Version 4: a chunk
 * may be of values, which a flag marks. Version 3: a checksum follows each newly written chunk,
 * which a flag marks; older chunks are unchanged. Version 2: each chunk names the storage of the
 * memory that learned it. Version 1: all were of fp32, with the bytes that version 2 gives fp32.
 */
@Internal
public final class LogChunkSerializerSnapshot implements TypeSerializerSnapshot<LogChunk> {
  private static final int VERSION = 5;

  /** The storage of every value of version 1. */
  private static final int VERSION_1_FP32 = 1;

  private LogShape shape;

  /** For Flink, which then calls {@link #readSnapshot}. */
  public LogChunkSerializerSnapshot() {}

  LogChunkSerializerSnapshot(LogShape shape) {
    this.shape = shape;
  }

  @Override
  public int getCurrentVersion() {
    return VERSION;
  }

  @Override
  public void writeSnapshot(DataOutputView out) throws IOException {
    out.writeInt(shape.updates());
    out.writeInt(shape.heads());
    out.writeInt(shape.keyDim());
    out.writeInt(shape.columns());
  }

  @Override
  public void readSnapshot(int version, DataInputView in, ClassLoader loader) throws IOException {
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "logs of format version " + version + ", this release reads up to " + VERSION);
    }
    shape = new LogShape(in.readInt(), in.readInt(), in.readInt(), in.readInt());
    int format = version == 1 ? in.readInt() : VERSION_1_FP32;
    if (format != VERSION_1_FP32) {
      throw new IOException("logs of storage format " + format + " are unknown");
    }
  }

  @Override
  public TypeSerializer<LogChunk> restoreSerializer() {
    return new LogChunkSerializer(shape);
  }

  /**
   * @throws MemoryShapeException if the logs are of another shape
   */
  @Override
  public TypeSerializerSchemaCompatibility<LogChunk> resolveSchemaCompatibility(
      TypeSerializerSnapshot<LogChunk> old) {
    if (!(old instanceof LogChunkSerializerSnapshot before)) {
      return TypeSerializerSchemaCompatibility.incompatible();
    }
    if (!before.shape.equals(shape)) {
      throw new MemoryShapeException(before.shape, shape);
    }
    return TypeSerializerSchemaCompatibility.compatibleAsIs();
  }
}
