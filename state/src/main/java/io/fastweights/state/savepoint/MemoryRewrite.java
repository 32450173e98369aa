package io.fastweights.state.savepoint;

import io.fastweights.kernels.model.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Writes a savepoint anew in Flink's canonical format, with the memories in another form. The
 * operator's state is restored as a job restores it, changed in place and written, so the
 * operator's other state is kept; the other operators' files are copied.
 */
@PublicEvolving
public final class MemoryRewrite {
  private final MemorySavepoint from;
  private boolean fold;
  private Storage storage;
  private boolean reset;
  private Set<String> dropped = Set.of();

  private MemoryRewrite(MemorySavepoint from) {
    this.from = from;
  }

  /** Rewrites the memories in a savepoint. */
  public static MemoryRewrite of(MemorySavepoint from) {
    return new MemoryRewrite(from);
  }

  /** Folds every log into its base: each key then costs its whole W, and is loaded at once. */
  public MemoryRewrite fold() {
    fold = true;
    return this;
  }

  /**
   * Stores every memory in this form, with its log folded: a log gives the bits of its memory only
   * with the base that it was learned with. From fp32 to bf16 a weight is rounded once, as when a
   * job with memories in bf16 loads it.
   */
  public MemoryRewrite storage(Storage storage) {
    this.storage = storage;
    return this;
  }

  /** Empties memories that are not finite: their keys begin anew. */
  public MemoryRewrite reset() {
    reset = true;
    return this;
  }

  /**
   * Leaves the memories of some keys out: they begin anew.
   *
   * @param keys as text
   */
  public MemoryRewrite drop(Set<String> keys) {
    dropped = Set.copyOf(keys);
    return this;
  }

  /**
   * Writes the new savepoint.
   *
   * @param environment must run jobs on a cluster that sees both folders; it is used up
   * @param path the new savepoint's folder; must not exist or be empty
   * @throws IllegalArgumentException if the folder is not empty
   * @throws Exception if the job fails; no savepoint is left then
   */
  public void write(StreamExecutionEnvironment environment, String path) throws Exception {
    try (NewSavepoint savepoint = new NewSavepoint(path)) {
      environment.configure(restore());
      SnapshotJob job =
          SnapshotJob.run(environment, subtasks(environment, savepoint), "rewrite to " + path);
      List<OperatorState> operators = new ArrayList<>(from.others());
      operators.add(NewSavepoint.operator(from.operator(), from.maxParallelism(), job.parts()));
      savepoint.copyOthers(from);
      savepoint.complete(
          new CheckpointMetadata(
              from.metadata().getCheckpointId(), operators, from.metadata().getMasterStates()));
    }
  }

  private Configuration restore() {
    return from.format()
        .backendOptions()
        .set(StateRecoveryOptions.SAVEPOINT_PATH, from.path())
        .set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true);
  }

  /** No element ever comes: the operator restores its state and writes it. */
  private SingleOutputStreamOperator<byte[]> subtasks(
      StreamExecutionEnvironment environment, NewSavepoint savepoint) {
    SingleOutputStreamOperator<byte[]> subtasks =
        environment
            .fromSequence(0, 0)
            .setParallelism(1)
            .filter(never -> false)
            .setParallelism(1)
            .returns(Types.LONG)
            .keyBy(key -> key, from.keyTypeInformation())
            .transform(
                "memories",
                SnapshotJob.BYTES,
                new SnapshotAtEndFactory<Long, Long>(
                    new FoldOperator.Factory(
                        from.bases(),
                        from.logs(),
                        new FoldOperator.Changes(fold, storage, reset, dropped)),
                    savepoint.folder()));
    subtasks.setUidHash(from.operator().getOperatorID().toHexString());
    subtasks.setMaxParallelism(from.maxParallelism());
    return subtasks;
  }
}
