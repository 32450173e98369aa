package io.fastweights.operator.testkit;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/**
 * A complete checkpoint of a job on harnesses.
 *
 * @param now processing time when its barrier came
 */
public record Checkpoint(long now, List<Operator> operators) {
  private static final int MOST_STATE_BYTES = 1 << 26;

  /** Saved state of one operator's subtasks. */
  public record Operator(OperatorSubtaskState state, int parallelism) {
    /** The part of one of so many subtasks. */
    OperatorSubtaskState of(int subtask, int subtasks) {
      return AbstractStreamOperatorTestHarness.repartitionOperatorState(
          state, KeyedHarness.MAX_PARALLELISM, parallelism, subtasks, subtask);
    }
  }

  /** A checkpoint whose asynchronous part has not run: the futures of each operator's subtasks. */
  public record Writing(long now, List<List<OperatorSnapshotFutures>> operators) {
    /** The synchronous part; the barrier has passed. */
    static Writing begin(
        long id, long now, List<List<AbstractStreamOperatorTestHarness<?>>> operators)
        throws Exception {
      List<List<OperatorSnapshotFutures>> all = new ArrayList<>();
      for (List<AbstractStreamOperatorTestHarness<?>> subtasks : operators) {
        List<OperatorSnapshotFutures> futures = new ArrayList<>();
        for (AbstractStreamOperatorTestHarness<?> subtask : subtasks) {
          futures.add(
              subtask
                  .getOperator()
                  .snapshotState(
                      id,
                      id,
                      CheckpointOptions.forCheckpointWithDefaultLocation(),
                      new MemCheckpointStreamFactory(MOST_STATE_BYTES)));
        }
        all.add(futures);
      }
      return new Writing(now, all);
    }

    public Checkpoint complete() throws Exception {
      List<Operator> complete = new ArrayList<>();
      for (List<OperatorSnapshotFutures> futures : operators) {
        OperatorSubtaskState[] states = new OperatorSubtaskState[futures.size()];
        for (int i = 0; i < states.length; i++) {
          states[i] = OperatorSnapshotFinalizer.create(futures.get(i)).getJobManagerOwnedState();
        }
        complete.add(
            new Operator(AbstractStreamOperatorTestHarness.repackageState(states), states.length));
      }
      return new Checkpoint(now, complete);
    }

    public void cancel() throws Exception {
      for (List<OperatorSnapshotFutures> futures : operators) {
        for (OperatorSnapshotFutures future : futures) {
          future.cancel();
        }
      }
    }
  }
}
