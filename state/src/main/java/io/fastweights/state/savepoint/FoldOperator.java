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
import java.util.List;
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
 * Stands in the operator's place, with its restored state, and folds every log into its base, which
 * may change its storage.
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

  /** All that it does happens just before its state is written. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (job.fold || job.storage != null) {
      for (Object key : keys()) {
        setCurrentKey(key);
        rewrite();
      }
    }
  }

  /** A copy: no backend likes to be changed while it lists its keys. */
  private List<Object> keys() {
    List<String> states = List.of(FastWeightStore.BASE, FastWeightStore.LOG);
    try (Stream<Object> keys =
        this.<Object>getKeyedStateBackend().getKeys(states, VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  private void rewrite() throws Exception {
    StoredMemory stored = store.load();
    if (stored == null) {
      return;
    }
    Storage storage = job.storage == null ? stored.storage() : job.storage;
    if (!stored.log().isEmpty() || stored.base().storage() != storage) {
      store.fold(
          KeyMemory.of(
              storage,
              stored.replay(replay, store.shape().floats()),
              stored.lag(),
              stored.events()));
    }
  }

  /** Travels with the job. */
  static final class Factory extends AbstractStreamOperatorFactory<Long>
      implements OneInputStreamOperatorFactory<Long, Long> {
    private static final long serialVersionUID = 1L;

    private final KeyMemorySerializer bases;
    private final LogChunkSerializer logs;
    private final boolean fold;
    private final Storage storage;

    /**
     * @param storage of every base; null for the one that the memory has
     */
    Factory(KeyMemorySerializer bases, LogChunkSerializer logs, boolean fold, Storage storage) {
      this.bases = bases;
      this.logs = logs;
      this.fold = fold;
      this.storage = storage;
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
