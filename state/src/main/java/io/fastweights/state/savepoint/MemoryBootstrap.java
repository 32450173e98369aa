package io.fastweights.state.savepoint;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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
 * @param answered events of the history that the operator answered; of several the last one
 * @param refused events that it put aside as malformed; of several all of them
 * @param result of the job that read the history; of several the last one
 */
@PublicEvolving
public record MemoryBootstrap(long answered, long refused, JobExecutionResult result) {

  /**
   * Runs the operator of a stream over its input and writes its final state. The operator is
   * removed from its environment, with all that consumes its output; other pipelines of the
   * environment run beside this.
   *
   * @param memories the operator's output
   * @param path folder of the savepoint; must not exist or be empty
   * @throws IllegalArgumentException if it is not a keyed operator with one input and a uid, or the
   *     folder is not empty
   * @throws Exception if the job fails; no savepoint is left then
   */
  public static MemoryBootstrap write(SingleOutputStreamOperator<?> memories, String path)
      throws Exception {
    return write(List.of(() -> memories), path);
  }

  /**
   * The same of several operators, where one may consume the output of another, as those of two
   * keys do. The history is read once for each: an operator is written at its end, and one that it
   * consumes has answered everything by then.
   *
   * @param memories builds the pipeline of each operator anew, in any environment, and returns the
   *     operator's output; called when the one before is written
   */
  public static MemoryBootstrap write(
      List<Supplier<? extends SingleOutputStreamOperator<?>>> memories, String path)
      throws Exception {
    if (memories.isEmpty()) {
      throw new IllegalArgumentException("there is no operator to bootstrap");
    }
    try (NewSavepoint savepoint = new NewSavepoint(path)) {
      List<OperatorState> states = new ArrayList<>();
      long refused = 0;
      SnapshotJob last = null;
      for (Supplier<? extends SingleOutputStreamOperator<?>> next : memories) {
        SingleOutputStreamOperator<?> stream = next.get();
        last = run(stream.getExecutionEnvironment(), operator(stream), savepoint, states);
        refused += last.aside();
      }
      savepoint.complete(new CheckpointMetadata(SnapshotAtEnd.CHECKPOINT_ID, states, List.of()));
      return new MemoryBootstrap(last.answers(), refused, last.result());
    }
  }

  private static OneInputTransformation<?, ?> operator(SingleOutputStreamOperator<?> memories) {
    if (!(memories.getTransformation() instanceof OneInputTransformation<?, ?> operator)
        || operator.getStateKeyType() == null
        || operator.getUid() == null) {
      throw new IllegalArgumentException(
          "only a keyed operator with one input and a uid can be bootstrapped, not "
              + memories.getTransformation());
    }
    return operator;
  }

  private static <T, A> SnapshotJob run(
      StreamExecutionEnvironment environment,
      OneInputTransformation<T, A> operator,
      NewSavepoint savepoint,
      List<OperatorState> states)
      throws Exception {
    OneInputTransformation<T, byte[]> subtasks = subtasks(operator, savepoint);
    environment
        .getTransformations()
        .removeIf(part -> part.getTransitivePredecessors().contains(operator));
    environment.addOperator(subtasks);
    SnapshotJob job =
        SnapshotJob.run(
            environment,
            new DataStream<>(environment, subtasks),
            "bootstrap of " + savepoint.folder());
    OperatorState named =
        new OperatorState(
            operator.getName(),
            operator.getUid(),
            OperatorIdentifier.forUid(operator.getUid()).getOperatorId(),
            subtasks.getParallelism(),
            subtasks.getMaxParallelism());
    states.add(NewSavepoint.operator(named, subtasks.getMaxParallelism(), job.parts()));
    return job;
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
