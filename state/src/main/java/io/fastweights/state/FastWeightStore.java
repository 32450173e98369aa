package io.fastweights.state;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;

/**
 * The memories of all keys in Flink's managed keyed state, each as {@code base} + {@code log}: W as
 * it was when last folded (or none, for zero), and the keys and deltas, or values, of the events
 * since. An event adds those to state and to the next checkpoint, not W. RocksDB appends without
 * reading (a merge of the list state).
 *
 * <p>Works on the operator's current key. Objects that it returns or is given may be shared with
 * the state backend: one that keeps objects on the heap may be writing a checkpoint of them in the
 * background. They must not be modified: a memory returns copies of its weights.
 */
@Internal
public final class FastWeightStore {
  /** Name of the keyed state that holds the bases. */
  public static final String BASE = "fast-weights";

  /** Name of the keyed state that holds the logs. */
  public static final String LOG = "fast-weights-log";

  private final MemoryShape shape;
  private final ValueStateDescriptor<KeyMemory> bases;
  private final ListStateDescriptor<LogChunk> logs;
  private final ValueState<KeyMemory> base;
  private final ListState<LogChunk> log;

  /**
   * The memories of the first generation.
   *
   * @param recipe settings beside shape that the meaning of a memory depends on: the feature map,
   *     the schema, the seed of a projection; as text, for the message that refuses another one
   */
  public FastWeightStore(
      KeyedStateStore state, MemoryShape shape, LogShape logShape, String recipe) {
    this(state, shape, logShape, recipe, null, 0);
  }

  /**
   * @param recipe as above
   * @param schema of the events, as JSON, for that message; null where there is none
   * @param generation 0 at first, another one after every reset: earlier memories may have another
   *     shape, which a state of the same name cannot hold
   */
  public FastWeightStore(
      KeyedStateStore state,
      MemoryShape shape,
      LogShape logShape,
      String recipe,
      String schema,
      long generation) {
    String suffix = generation == 0 ? "" : "-" + generation;
    this.shape = shape;
    this.bases =
        new ValueStateDescriptor<>(BASE + suffix, new KeyMemorySerializer(shape, recipe, schema));
    this.logs = new ListStateDescriptor<>(LOG + suffix, new LogChunkSerializer(logShape));
    this.base = state.getState(bases);
    this.log = state.getListState(logs);
  }

  /** Names of the keyed states that hold the memories. */
  public List<String> states() {
    return List.of(bases.getName(), logs.getName());
  }

  /** The shape of a memory. */
  public MemoryShape shape() {
    return shape;
  }

  /**
   * The current key's memory, or null if it has learned nothing yet.
   *
   * @throws Exception if the backend fails or the stored bytes are corrupt
   */
  public StoredMemory load() throws Exception {
    List<LogChunk> chunks = new ArrayList<>();
    Iterable<LogChunk> logged = log.get();
    if (logged != null) {
      logged.forEach(chunks::add);
    }
    KeyMemory kept = holdsAll(chunks) ? null : base.value();
    if (kept == null && chunks.isEmpty()) {
      return null;
    }
    return new StoredMemory(kept, chunks);
  }

  /** True if a log goes back to its key's first event; the key then has no base to read. */
  private static boolean holdsAll(List<LogChunk> chunks) {
    return !chunks.isEmpty() && chunks.get(0).total() == chunks.get(0).events().events();
  }

  /** Appends events to the current key's log. */
  public void append(LogChunk chunk) throws Exception {
    log.add(chunk);
  }

  /** Forgets the current key. */
  public void clear() {
    base.clear();
    log.clear();
  }

  /**
   * Forgets every key of a subtask; this changes the current key.
   *
   * @param backend that holds the store's states
   */
  public <K> void clearAll(KeyedStateBackend<K> backend) throws Exception {
    clearAll(backend, bases);
    clearAll(backend, logs);
  }

  private static <K, S extends State> void clearAll(
      KeyedStateBackend<K> backend, StateDescriptor<S, ?> states) throws Exception {
    backend.applyToAllKeys(
        VoidNamespace.INSTANCE,
        VoidNamespaceSerializer.INSTANCE,
        states,
        (key, state) -> state.clear());
  }

  /** Replaces the current key's base and empties its log. */
  public void fold(KeyMemory memory) throws Exception {
    if (memory.size() != shape.floats()) {
      throw new IllegalArgumentException(
          "a memory of " + memory.size() + " floats is not of shape " + shape);
    }
    base.update(memory);
    log.clear();
  }
}
