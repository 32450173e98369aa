package io.fastweights.operator.stored;

import java.util.OptionalLong;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;

/**
 * Numbers of each subtask. They are broadcast state, which checkpoints support after some subtasks
 * have finished. Flink restores each subtask's own values; after a rescaling, or if some subtasks
 * had finished, those of another subtask.
 */
@Internal
public final class SubtaskState {
  private static final String SUBTASK = "subtask";
  private static final String PARALLELISM = "parallelism";

  private final BroadcastState<String, Long> state;
  private final long subtask;
  private final long parallelism;

  /**
   * @param name of the state
   */
  public SubtaskState(OperatorStateStore store, String name, TaskInfo task) throws Exception {
    state =
        store.getBroadcastState(
            new MapStateDescriptor<>(name, StringSerializer.INSTANCE, LongSerializer.INSTANCE));
    subtask = task.getIndexOfThisSubtask();
    parallelism = task.getNumberOfParallelSubtasks();
  }

  /** A number in the restored checkpoint. */
  public OptionalLong value(String name) throws Exception {
    Long value = state.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** True if the numbers were written by this subtask, among as many as there are now. */
  public boolean isOwn() throws Exception {
    return Long.valueOf(subtask).equals(state.get(SUBTASK))
        && Long.valueOf(parallelism).equals(state.get(PARALLELISM));
  }

  /** Sets a number that checkpoints hold from now on. */
  public void update(String name, long value) throws Exception {
    state.put(name, value);
    state.put(SUBTASK, subtask);
    state.put(PARALLELISM, parallelism);
  }
}
