package io.fastweights.operator;

import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.runtime.EventTimeSorterFactory.Ties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * Order of a second key's events of one time: by the bytes of their first keys. The order in which
 * the subtasks of the first memory send them depends on timing. Events with both keys in common
 * come from one subtask and keep their order.
 */
final class FirstKeyOrder<T, K> implements Ties<Prediction<T>> {
  private static final long serialVersionUID = 1L;
  private static final int FIRST_BYTES = 64;

  private final KeySelector<T, K> selector;
  private final TypeSerializer<K> serializer;
  private transient DataOutputSerializer left;
  private transient DataOutputSerializer right;

  FirstKeyOrder(KeySelector<T, K> selector, TypeSerializer<K> serializer) {
    this.selector = selector;
    this.serializer = serializer;
  }

  @Override
  public int compare(Prediction<T> a, Prediction<T> b) {
    if (left == null) {
      left = new DataOutputSerializer(FIRST_BYTES);
      right = new DataOutputSerializer(FIRST_BYTES);
    }
    write(a, left);
    write(b, right);
    return Arrays.compareUnsigned(
        left.getSharedBuffer(), 0, left.length(), right.getSharedBuffer(), 0, right.length());
  }

  private void write(Prediction<T> prediction, DataOutputSerializer into) {
    into.clear();
    try {
      serializer.serialize(selector.getKey(prediction.event()), into);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new FlinkRuntimeException("the first key cannot be read again", e);
    }
  }
}
