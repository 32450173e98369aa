package io.fastweights.state;

import java.io.IOException;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A serializer without state of its own, so that one instance serves every thread, of values whose
 * length varies and that are never reused.
 *
 * @param <V> the value
 */
@Internal
public abstract class SharedSerializer<V> extends TypeSerializer<V> {
  private static final long serialVersionUID = 1L;

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public final TypeSerializer<V> duplicate() {
    return this;
  }

  @Override
  public final V copy(V from, V reuse) {
    return copy(from);
  }

  @Override
  public final int getLength() {
    return -1;
  }

  @Override
  public final V deserialize(V reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }
}
