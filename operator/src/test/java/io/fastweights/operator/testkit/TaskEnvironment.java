package io.fastweights.operator.testkit;

import org.apache.flink.runtime.io.disk.iomanager.IOManager;
import org.apache.flink.runtime.io.disk.iomanager.IOManagerAsync;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;

/** Environment of the operators in Flink's test harnesses. */
final class TaskEnvironment {
  private static final int MANAGED_BYTES = 3 << 20;

  /**
   * All subtasks of a process share one, as those of a task manager do: one each, with its folder
   * and its threads, would take longer to make and to close than what a short test does with it.
   */
  private static final IOManager SHARED =
      new IOManagerAsync() {
        @Override
        public void close() {}
      };

  private TaskEnvironment() {}

  public static MockEnvironment of(int maxParallelism, int parallelism, int subtask) {
    return new MockEnvironmentBuilder()
        .setManagedMemorySize(MANAGED_BYTES)
        .setMaxParallelism(maxParallelism)
        .setParallelism(parallelism)
        .setSubtaskIndex(subtask)
        .setIOManager(SHARED)
        .build();
  }
}
