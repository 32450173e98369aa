package io.fastweights.state.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.state.FastWeightStore;
import io.fastweights.state.KeyMemory;
import io.fastweights.state.KeyMemorySerializer;
import io.fastweights.state.LogChunk;
import io.fastweights.state.LogChunkSerializer;
import io.fastweights.state.savepoint.FoldOperator.Changes;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Memories that an older release left with NaN are found and emptied. */
// The harness closes with InterruptedException among others.
@SuppressWarnings("try")
class FoldOperatorTest {
  private static final MemoryShape SHAPE = new MemoryShape(1, 1, 4, 2);
  private static final LogShape LOGS = new LogShape(1, 1, 2, 2);
  private static final String RECIPE = "DPFP nu 1, SUM, DELTA, vectors";
  private static final List<Long> KEYS = List.of(0L, 1L, 2L, 3L);

  /** Even keys have a sound base, key 1 one with NaN, key 3 an infinite weight and a log. */
  private static final class Writer extends AbstractStreamOperator<Long>
      implements OneInputStreamOperator<Long, Long> {
    private static final long serialVersionUID = 1L;
    private transient FastWeightStore store;

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
      super.initializeState(context);
      store = new FastWeightStore(context.getKeyedStateStore(), SHAPE, LOGS, RECIPE);
    }

    @Override
    public void processElement(StreamRecord<Long> element) throws Exception {
      long key = element.getValue();
      EncodedEvent lag =
          new EncodedEvent(key, true, new int[0], new float[0], 0, new float[0], new float[2]);
      float[] weights = new float[SHAPE.floats()];
      Arrays.fill(weights, key + 1);
      weights[3] = key == 1 ? Float.NaN : key == 3 ? Float.NEGATIVE_INFINITY : 0;
      store.fold(new KeyMemory(weights, lag, 5));
      if (key >= 2) {
        LoggedEvents event =
            LoggedEvents.ofDeltas(1, new float[] {1, 2}, new float[] {0.5f, 1}, null);
        store.append(new LogChunk(Storage.FP32, event, lag, 6));
      }
    }
  }

  @SuppressWarnings("try")
  private static OperatorSubtaskState written() throws Exception {
    try (var harness =
        new KeyedOneInputStreamOperatorTestHarness<Long, Long, Long>(
            new Writer(), key -> key, Types.LONG)) {
      harness.open();
      for (long key : KEYS) {
        harness.processElement(key, key);
      }
      return harness.snapshot(1, 1);
    }
  }

  /** The keys that are left, in order. */
  @SuppressWarnings("try")
  private static Set<Long> left(Changes changes) throws Exception {
    FoldOperator.Factory factory =
        new FoldOperator.Factory(
            new KeyMemorySerializer(SHAPE, RECIPE), new LogChunkSerializer(LOGS), changes);
    try (var harness =
        new KeyedOneInputStreamOperatorTestHarness<Long, Long, Long>(
            factory, key -> key, Types.LONG)) {
      harness.initializeState(written());
      harness.open();
      harness.prepareSnapshotPreBarrier(2);
      Set<Long> keys = new TreeSet<>();
      for (String name : List.of(FastWeightStore.BASE, FastWeightStore.LOG)) {
        try (var found =
            ((AbstractStreamOperator<?>) harness.getOperator())
                .<Long>getKeyedStateBackend()
                .getKeys(name, VoidNamespace.INSTANCE)) {
          found.forEach(keys::add);
        }
      }
      return keys;
    }
  }

  @Test
  void emptiesMemoriesThatAreNotFinite() throws Exception {
    assertThat(left(new Changes(false, null, true, Set.of()))).containsExactly(0L, 2L);
    assertThat(left(new Changes(true, Storage.BF16, true, Set.of()))).containsExactly(0L, 2L);
  }

  @Test
  void forgetsKeysByTheirText() throws Exception {
    assertThat(left(new Changes(false, null, false, Set.of("0", "3")))).containsExactly(1L, 2L);
    assertThat(left(new Changes(true, null, false, Set.of()))).containsExactlyElementsOf(KEYS);
  }

  @Test
  void figuresOfAMemoryThatIsNotFiniteSaySo() {
    float[] w = {1, Float.NaN, 2};
    double norm = MatrixFigures.norm(w, 0, 3);
    assertThat(new KeyFigures("k", 1, 1, norm, 0, 8, 0).isFinite()).isFalse();
    assertThat(new KeyFigures("k", 1, 1, 2.5, 0, 8, 0).isFinite()).isTrue();
  }
}
