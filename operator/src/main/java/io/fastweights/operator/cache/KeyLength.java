package io.fastweights.operator.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.ToIntFunction;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The length of a serialized key: an estimate of its bytes on the heap. */
@Internal
public final class KeyLength implements ToIntFunction<Object> {
  private static final int INITIAL = 64;

  private final TypeSerializer<Object> serializer;
  private final DataOutputSerializer out = new DataOutputSerializer(INITIAL);

  public KeyLength(TypeSerializer<Object> serializer) {
    this.serializer = serializer;
  }

  @Override
  public int applyAsInt(Object key) {
    if (serializer.getLength() >= 0) {
      return serializer.getLength();
    }
    try {
      serializer.serialize(key, out);
      return out.length();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      out.clear();
    }
  }
}
