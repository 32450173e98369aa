package io.fastweights.state;

import io.fastweights.kernels.model.MemoryShape;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Shape and recipe of the memories in a checkpoint. Version 2: each value says its storage; version
 * 1: all are in fp32, which their bytes happen to say too.
 */
public final class KeyMemorySerializerSnapshot implements TypeSerializerSnapshot<KeyMemory> {
  private static final int VERSION = 2;

  /** The storage of every value of version 1. */
  private static final int VERSION_1_FP32 = 1;

  private MemoryShape shape;
  private String recipe;

  /** For Flink, which then calls {@link #readSnapshot}. */
  public KeyMemorySerializerSnapshot() {}

  KeyMemorySerializerSnapshot(MemoryShape shape, String recipe) {
    this.shape = shape;
    this.recipe = recipe;
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
  }

  @Override
  public TypeSerializer<KeyMemory> restoreSerializer() {
    return new KeyMemorySerializer(shape, recipe);
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
      throw new MemoryShapeException(before.recipe, recipe);
    }
    return TypeSerializerSchemaCompatibility.compatibleAsIs();
  }
}
