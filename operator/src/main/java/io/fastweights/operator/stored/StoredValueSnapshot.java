package io.fastweights.operator.stored;

import java.io.IOException;
import java.util.Locale;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The part that the snapshots of serializers without configuration share. It accepts values of
 * Flink's POJO serializer, whose class still exists as a subclass of the value's: the heap backend
 * keeps such objects, RocksDB rewrites the values.
 *
 * @param <V> the stored value
 */
abstract class StoredValueSnapshot<V> implements TypeSerializerSnapshot<V> {
  private static final int VERSION = 1;

  private final Class<V> type;

  StoredValueSnapshot(Class<V> type) {
    this.type = type;
  }

  @Override
  public int getCurrentVersion() {
    return VERSION;
  }

  @Override
  public void writeSnapshot(DataOutputView out) {}

  @Override
  public void readSnapshot(int version, DataInputView in, ClassLoader loader) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s of format version %d, this release reads %d",
              type.getSimpleName(),
              version,
              VERSION));
    }
  }

  @Override
  public TypeSerializerSchemaCompatibility<V> resolveSchemaCompatibility(
      TypeSerializerSnapshot<V> old) {
    if (old.getClass() == getClass()) {
      return TypeSerializerSchemaCompatibility.compatibleAsIs();
    }
    return old instanceof PojoSerializerSnapshot
            && type.isInstance(old.restoreSerializer().createInstance())
        ? TypeSerializerSchemaCompatibility.compatibleAfterMigration()
        : TypeSerializerSchemaCompatibility.incompatible();
  }
}
