package io.fastweights.state;

import io.fastweights.kernels.model.MemoryShape;
import java.io.IOException;
import org.apache.flink.api.common.state.KeyedStateStore;

/**
 * The memories of all keys in Flink's managed keyed state. Works on the operator's current key.
 * Nothing that it hands out or takes is shared with the state backend: a backend that keeps objects
 * on the heap may be writing a checkpoint of them in the background.
 */
public interface FastWeightStore {

  /** Name of the keyed state. */
  String STATE_NAME = "fast-weights";

  /** The shape of a memory. */
  MemoryShape shape();

  /**
   * The current key's memory, or null if it has learned nothing yet.
   *
   * @throws IOException if the backend fails or the stored bytes are corrupt
   */
  KeyMemory load() throws IOException;

  /**
   * Replaces the current key's memory.
   *
   * @param memory belongs to the store from now on
   * @throws IOException if the backend fails
   */
  void save(KeyMemory memory) throws IOException;

  /** Memories kept whole, one value a key. */
  static FastWeightStore dense(KeyedStateStore state, MemoryShape shape) {
    return new DenseStore(state, shape);
  }
}
