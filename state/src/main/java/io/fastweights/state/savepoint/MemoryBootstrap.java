package io.fastweights.state.savepoint;

import java.util.List;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;

/**
 * Forms memories from a history of events and writes them as a savepoint, from which a job starts
 * as if it had read the history itself. It runs the job's own operator, so its state has the same
 * bits.
 *
 * @param answered events of the history that the operator answered
 * @param refused events that it put aside as malformed
 * @param result of the job that read the history
 */
@PublicEvolving
public record MemoryBootstrap(long answered, long refused, JobExecutionResult result) {

  /**
   * Runs the operator of a stream over its input and writes its final state. The operator is
   * removed from its environment; other pipelines of the environment run beside this.
   *
   * @param memories the operator's output; no other operator may consume it
   * @param path folder of the savepoint; must not exist or be empty
   * @throws IllegalArgumentException if it is not a keyed operator with one input and a uid, or the
   *     folder is not empty
   * @throws Exception if the job fails; no savepoint is left then
   */
  public static MemoryBootstrap write(SingleOutputStreamOperator<?> memories, String path)
      throws Exception {
    if (!(memories.getTransformation() instanceof OneInputTransformation<?, ?> operator)
        || operator.getStateKeyType() == null
        || operator.getUid() == null) {
      throw new IllegalArgumentException(
          "only a keyed operator with one input and a uid can be bootstrapped, not "
              + memories.getTransformation());
    }
    return write(memories.getExecutionEnvironment(), operator, path);
  }

  private static <T, A> MemoryBootstrap write(
      StreamExecutionEnvironment environment, OneInputTransformation<T, A> operator, String path)
      throws Exception {
    try (NewSavepoint savepoint = new NewSavepoint(path)) {
      OneInputTransformation<T, byte[]> subtasks = subtasks(operator, savepoint);
      environment.getTransformations().remove(operator);
      environment.addOperator(subtasks);
      SnapshotJob job =
          SnapshotJob.run(
              environment, new DataStream<>(environment, subtasks), "bootstrap of " + path);
      OperatorState named =
          new OperatorState(
              operator.getName(),
              operator.getUid(),
              OperatorIdentifier.forUid(operator.getUid()).getOperatorId(),
              subtasks.getParallelism(),
              subtasks.getMaxParallelism());
      OperatorState state = NewSavepoint.operator(named, subtasks.getMaxParallelism(), job.parts());
      savepoint.complete(
          new CheckpointMetadata(SnapshotAtEnd.CHECKPOINT_ID, List.of(state), List.of()));
      return new MemoryBootstrap(job.answers(), job.aside(), job.result());
    }
  }

  @SuppressWarnings("unchecked")
  private static <T, A> OneInputTransformation<T, byte[]> subtasks(
      OneInputTransformation<T, A> operator, NewSavepoint savepoint) {
    OneInputTransformation<T, byte[]> subtasks =
        new OneInputTransformation<>(
            (org.apache.flink.api.dag.Transformation<T>) operator.getInputs().get(0),
            operator.getName(),
            new SnapshotAtEndFactory<T, A>(operator.getOperatorFactory(), savepoint.folder()),
            SnapshotJob.BYTES,
            operator.getParallelism());
    subtasks.setStateKeySelector(operator.getStateKeySelector());
    subtasks.setStateKeyType(operator.getStateKeyType());
    subtasks.setUid(operator.getUid());
    subtasks.setMaxParallelism(
        operator.getMaxParallelism() > 0
            ? operator.getMaxParallelism()
            : KeyGroupRangeAssignment.computeDefaultMaxParallelism(operator.getParallelism()));
    return subtasks;
  }
}
