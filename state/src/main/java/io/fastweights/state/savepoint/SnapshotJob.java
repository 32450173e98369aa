package io.fastweights.state.savepoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

/**
 * A bounded job whose keyed operator is written to a savepoint when its input has ended.
 *
 * @param parts the snapshot of each subtask
 * @param result of the job
 */
record SnapshotJob(List<SubtaskSnapshot> parts, JobExecutionResult result) {

  /** The type of the records that {@link SnapshotAtEnd} emits. */
  static final PrimitiveArrayTypeInfo<byte[]> BYTES =
      PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;

  /**
   * Runs all pipelines of the environment.
   *
   * @param subtasks parts of {@link SnapshotAtEnd}
   */
  @SuppressWarnings("try")
  static SnapshotJob run(
      StreamExecutionEnvironment environment, DataStream<byte[]> subtasks, String name)
      throws Exception {
    // A second attempt would only hide the cause of the first failure.
    environment.configure(new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
    List<SubtaskSnapshot> parts = new ArrayList<>();
    try (CloseableIterator<byte[]> delivered = subtasks.collectAsync()) {
      JobClient job = environment.executeAsync(name);
      while (delivered.hasNext()) {
        parts.add(SubtaskSnapshot.of(delivered.next()));
      }
      JobExecutionResult result = job.getJobExecutionResult().get();
      if (parts.size() != subtasks.getParallelism()) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "%d of %d subtasks wrote their part of the savepoint",
                parts.size(),
                subtasks.getParallelism()));
      }
      return new SnapshotJob(parts, result);
    }
  }

  /** Number of records that the subtasks emitted. */
  long answers() {
    return parts.stream().mapToLong(SubtaskSnapshot::answers).sum();
  }

  /** Number of records in their side outputs. */
  long aside() {
    return parts.stream().mapToLong(SubtaskSnapshot::aside).sum();
  }
}
