package io.fastweights.state;

import io.fastweights.kernels.model.MemoryShape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Shape and recipe of the memories in a checkpoint. Version 5: the lag may have running statistics,
 * which the sign of its number of features marks. Version 4: a checksum follows each newly written
 * value, which a flag marks; older values are unchanged. Version 3: the schema follows shape and
 * recipe, so that a refusal can name the field that differs; values are those of version 2. Version
 * 2: each value names its storage. Version 1: all are in fp32, with the bytes that version 2 gives
 * fp32.
 */
@Internal
public final class KeyMemorySerializerSnapshot implements TypeSerializerSnapshot<KeyMemory> {
  private static final int VERSION = 5;

  /** The storage of every value of version 1. */
  private static final int VERSION_1_FP32 = 1;

  /** Most bytes of a schema that is kept; a longer one is too large for every file. */
  private static final int MOST_SCHEMA = 1 << 18;

  private MemoryShape shape;
  private String recipe;
  private String schema;

  /** For Flink, which then calls {@link #readSnapshot}. */
  public KeyMemorySerializerSnapshot() {}

  KeyMemorySerializerSnapshot(MemoryShape shape, String recipe, String schema) {
    this.shape = shape;
    this.recipe = recipe;
    this.schema = schema;
  }

  @Override
  public int getCurrentVersion() {
    return VERSION;
  }

  @Override
  public void writeSnapshot(DataOutputView out) throws IOException {
    out.writeInt(shape.layers());
    out.writeInt(shape.heads());
    out.writeInt(shape.rows());
    out.writeInt(shape.columns());
    out.writeUTF(recipe);
    byte[] text = schema == null ? new byte[0] : schema.getBytes(StandardCharsets.UTF_8);
    int kept = text.length > MOST_SCHEMA ? 0 : text.length;
    out.writeInt(kept);
    out.write(text, 0, kept);
  }

  @Override
  public void readSnapshot(int version, DataInputView in, ClassLoader loader) throws IOException {
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "memories of format version " + version + ", this release reads up to " + VERSION);
    }
    shape = new MemoryShape(in.readInt(), in.readInt(), in.readInt(), in.readInt());
    int format = version == 1 ? in.readInt() : VERSION_1_FP32;
    if (format != VERSION_1_FP32) {
      throw new IOException("memories of storage format " + format + " are unknown");
    }
    recipe = in.readUTF();
    schema = version < 3 ? null : readSchema(in);
  }

  private static String readSchema(DataInputView in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MOST_SCHEMA) {
      throw new IOException("a stored schema of " + length + " bytes is corrupt");
    }
    byte[] text = new byte[length];
    in.readFully(text);
    return length == 0 ? null : new String(text, StandardCharsets.UTF_8);
  }

  @Override
  public TypeSerializer<KeyMemory> restoreSerializer() {
    return new KeyMemorySerializer(shape, recipe, schema);
  }

  /**
   * @throws MemoryShapeException if the memories are of another shape or recipe
   */
  @Override
  public TypeSerializerSchemaCompatibility<KeyMemory> resolveSchemaCompatibility(
      TypeSerializerSnapshot<KeyMemory> old) {
    if (!(old instanceof KeyMemorySerializerSnapshot before)) {
      return TypeSerializerSchemaCompatibility.incompatible();
    }
    if (!before.shape.equals(shape)) {
      throw new MemoryShapeException(before.shape, shape);
    }
    if (!before.recipe.equals(recipe)) {
      throw new MemoryShapeException(before.recipe, before.schema, recipe, schema);
    }
    return TypeSerializerSchemaCompatibility.compatibleAsIs();
  }
}
