package io.fastweights.operator.stored;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.runtime.FastWeightOperator;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.SorterHarness;
import io.fastweights.operator.testkit.TestModel;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Union list state of an old savepoint is read, and is in no checkpoint that follows. */
class FormerUnionStateTest {
  private static final ListStateDescriptor<Long> WATERMARKS =
      new ListStateDescriptor<>(StoredNames.SORTER_6, LongSerializer.INSTANCE);

  private static SorterHarness sorter() throws Exception {
    return new SorterHarness(Duration.ZERO, "hashmap", false, 1, 0);
  }

  private static OperatorStateStore store(AbstractStreamOperatorTestHarness<?> harness) {
    return ((AbstractStreamOperator<?>) harness.getOperator()).getOperatorStateBackend();
  }

  private static boolean hasUnionState(OperatorSubtaskState state) {
    return state.getManagedOperatorState().stream()
        .flatMap(handle -> handle.getStateNameToPartitionOffsets().values().stream())
        .anyMatch(info -> info.getDistributionMode() == OperatorStateHandle.Mode.UNION);
  }

  @Test
  void formerStateIsInNoLaterCheckpoint() throws Exception {
    OperatorSubtaskState old;
    try (SorterHarness harness = sorter()) {
      harness.open();
      store(harness).getUnionListState(WATERMARKS).addAll(List.of(30L, 20L, 40L));
      old = harness.snapshot(1, 1);
    }
    assertThat(hasUnionState(old)).as("the old savepoint").isTrue();
    try (SorterHarness harness = sorter()) {
      harness.initializeState(old);
      harness.open();
      assertThat(store(harness).getRegisteredStateNames()).isEmpty();
      assertThat(hasUnionState(harness.snapshot(2, 2))).isFalse();
    }
  }

  @Test
  void theOperatorOfTheMemoriesHasNone() throws Exception {
    try (OperatorHarness harness =
        OperatorHarness.open(OperatorHarness.builder(TestModel.ASSOCIATIVE, 4))) {
      FastWeightOperator<?> operator = harness.operator();
      assertThat(operator.getOperatorStateBackend().getRegisteredStateNames()).isEmpty();
      assertThat(hasUnionState(harness.checkpoint())).isFalse();
    }
  }
}
