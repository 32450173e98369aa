package io.fastweights.state.savepoint;

import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.state.FastWeightStore;
import io.fastweights.state.KeyMemory;
import io.fastweights.state.KeyMemorySerializer;
import io.fastweights.state.LogChunkSerializer;
import io.fastweights.state.Recipe;
import io.fastweights.state.StoredMemory;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Stands in the operator's place, with its restored state, and changes its memories: folds every
 * log into its base, which may change its storage, and forgets keys.
 */
final class FoldOperator extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<Long, Long> {
  private static final long serialVersionUID = 1L;

  private final transient Factory job;
  private transient FastWeightStore store;
  private transient LogReplay replay;

  private FoldOperator(StreamOperatorParameters<Long> parameters, Factory job) {
    super(parameters);
    this.job = job;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    MemoryShape shape = job.bases.shape();
    LogShape log = job.logs.shape();
    String recipe = job.bases.recipe();
    store =
        new FastWeightStore(
            context.getKeyedStateStore(), shape, log, recipe, job.bases.schema(), 0);
    replay = Recipe.parse(recipe).replay(shape, log);
  }

  @Override
  public void processElement(StreamRecord<Long> element) {
    throw new IllegalStateException("nothing is to be read while a savepoint is rewritten");
  }

  /** Makes its changes just before its state is written. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (job.changes.any()) {
      for (Object key : keys()) {
        setCurrentKey(key);
        rewrite(key);
      }
    }
  }

  /** A copy: a backend must not change while it lists its keys. */
  private List<Object> keys() {
    List<String> states = List.of(FastWeightStore.BASE, FastWeightStore.LOG);
    try (Stream<Object> keys =
        this.<Object>getKeyedStateBackend().getKeys(states, VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  private void rewrite(Object key) throws Exception {
    Changes changes = job.changes;
    if (changes.dropped.contains(String.valueOf(key))) {
      store.clear();
      return;
    }
    StoredMemory stored = store.load();
    if (stored == null) {
      return;
    }
    Storage storage = changes.storage == null ? stored.storage() : changes.storage;
    boolean folds =
        changes.folds() && (!stored.log().isEmpty() || stored.base().storage() != storage);
    if (!folds && !changes.reset) {
      return;
    }
    float[] weights = stored.replay(replay, store.shape().floats());
    if (changes.reset && !Double.isFinite(MatrixFigures.norm(weights, 0, weights.length))) {
      store.clear();
    } else if (folds) {
      store.fold(KeyMemory.of(storage, weights, stored.lag(), stored.events()));
    }
  }

  /**
   * Changes to the memories.
   *
   * @param fold every log into its base
   * @param storage of every base; null for the one that the memory has
   * @param reset memories that are not finite
   * @param dropped keys, as text, that are forgotten
   */
  record Changes(boolean fold, Storage storage, boolean reset, Set<String> dropped)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private boolean folds() {
      return fold || storage != null;
    }

    private boolean any() {
      return folds() || reset || !dropped.isEmpty();
    }
  }

  /** Serialized with the job. */
  static final class Factory extends AbstractStreamOperatorFactory<Long>
      implements OneInputStreamOperatorFactory<Long, Long> {
    private static final long serialVersionUID = 1L;

    private final KeyMemorySerializer bases;
    private final LogChunkSerializer logs;
    private final Changes changes;

    Factory(KeyMemorySerializer bases, LogChunkSerializer logs, Changes changes) {
      this.bases = bases;
      this.logs = logs;
      this.changes = changes;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <O extends StreamOperator<Long>> O createStreamOperator(
        StreamOperatorParameters<Long> parameters) {
      return (O) new FoldOperator(parameters, this);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
      return FoldOperator.class;
    }
  }
}
