package io.fastweights.state;

import io.fastweights.kernels.model.MemoryShape;
import java.io.IOException;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;

/** Each memory whole in a {@link ValueState}. */
final class DenseStore implements FastWeightStore {
  private final MemoryShape shape;
  private final ValueState<KeyMemory> state;

  DenseStore(KeyedStateStore store, MemoryShape shape) {
    this.shape = shape;
    this.state =
        store.getState(new ValueStateDescriptor<>(STATE_NAME, new KeyMemorySerializer(shape)));
  }

  @Override
  public MemoryShape shape() {
    return shape;
  }

  /** The heap backend returns the object that it keeps: its array is copied. */
  @Override
  public KeyMemory load() throws IOException {
    KeyMemory kept = state.value();
    return kept == null ? null : new KeyMemory(kept.weights().clone(), kept.lag(), kept.events());
  }

  @Override
  public void save(KeyMemory memory) throws IOException {
    if (memory.weights().length != shape.floats()) {
      throw new IllegalArgumentException(
          "a memory of " + memory.weights().length + " floats is not of shape " + shape);
    }
    state.update(memory);
  }
}
