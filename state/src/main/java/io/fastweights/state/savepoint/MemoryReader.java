package io.fastweights.state.savepoint;

import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.state.FastWeightStore;
import io.fastweights.state.KeyMemorySerializer;
import io.fastweights.state.LogChunk;
import io.fastweights.state.LogChunkSerializer;
import io.fastweights.state.Recipe;
import io.fastweights.state.StoredMemory;
import java.io.IOException;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.state.api.functions.KeyedStateReaderFunction;
import org.apache.flink.util.Collector;

/**
 * Reads the memories of a savepoint, a key at a time.
 *
 * @param <R> the result for a memory
 */
abstract class MemoryReader<R> extends KeyedStateReaderFunction<Object, R> {
  private static final long serialVersionUID = 1L;
  static final int FIRST_BYTES = 1 << 12;

  private final KeyMemorySerializer bases;
  private final LogChunkSerializer logs;
  private transient FastWeightStore store;
  private transient LogReplay replay;

  private MemoryReader(KeyMemorySerializer bases, LogChunkSerializer logs) {
    this.bases = bases;
    this.logs = logs;
  }

  @Override
  public void open(OpenContext context) {
    MemoryShape shape = bases.shape();
    LogShape logShape = logs.shape();
    store =
        new FastWeightStore(new ReaderState(getRuntimeContext()), shape, logShape, bases.recipe());
    replay = Recipe.parse(bases.recipe()).replay(shape, logShape);
  }

  @Override
  public void readKey(Object key, Context context, Collector<R> out) throws Exception {
    String name = String.valueOf(key);
    if (wants(name)) {
      StoredMemory stored = store.load();
      if (stored != null) {
        float[] weights = stored.replay(replay, store.shape().floats());
        replay.unscale(weights);
        out.collect(read(name, stored, weights));
      }
    }
  }

  boolean wants(String key) {
    return true;
  }

  abstract R read(String key, StoredMemory stored, float[] weights) throws IOException;

  /** Only the sizes of memories. */
  static final class Figures extends MemoryReader<KeyFigures> {
    private static final long serialVersionUID = 1L;

    private final KeyMemorySerializer bases;
    private final LogChunkSerializer logs;
    private transient DataOutputSerializer bytes;

    Figures(KeyMemorySerializer bases, LogChunkSerializer logs) {
      super(bases, logs);
      this.bases = bases;
      this.logs = logs;
    }

    @Override
    public void open(OpenContext context) {
      super.open(context);
      bytes = new DataOutputSerializer(FIRST_BYTES);
    }

    @Override
    KeyFigures read(String key, StoredMemory stored, float[] weights) throws IOException {
      bytes.clear();
      if (stored.base() != null) {
        bases.serialize(stored.base(), bytes);
      }
      int baseBytes = bytes.length();
      for (LogChunk chunk : stored.log()) {
        logs.serialize(chunk, bytes);
      }
      return new KeyFigures(
          key,
          stored.events(),
          stored.lag().timestamp(),
          MatrixFigures.norm(weights, 0, weights.length),
          stored.logged(),
          baseBytes,
          bytes.length() - baseBytes);
    }
  }

  /** Whole memories. */
  static final class Memories extends MemoryReader<NamedMemory> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // Set.copyOf makes serializable sets.
    private final Set<String> keys;

    /**
     * @param keys those to read
     */
    Memories(KeyMemorySerializer bases, LogChunkSerializer logs, Set<String> keys) {
      super(bases, logs);
      this.keys = Set.copyOf(keys);
    }

    @Override
    boolean wants(String key) {
      return keys.contains(key);
    }

    @Override
    NamedMemory read(String key, StoredMemory stored, float[] weights) throws IOException {
      DataOutputSerializer lag = new DataOutputSerializer(FIRST_BYTES);
      stored.lag().writeLag(lag);
      return new NamedMemory(
          key, stored.events(), stored.lag().timestamp(), lag.getCopyOfBuffer(), weights);
    }
  }
}
