package io.fastweights.jobs.pipeline;

import io.fastweights.state.savepoint.MemorySavepoint;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The memories of a savepoint that a job starts with. Only they are restored: the job's events are
 * not those that formed the memories, and are read from the start.
 */
public final class StartingMemories {
  private final MemorySavepoint savepoint;

  private StartingMemories(MemorySavepoint savepoint) {
    this.savepoint = savepoint;
  }

  /**
   * @param path folder of the savepoint
   * @param job names the state backend
   * @throws IllegalArgumentException if it is none, holds no memories of the job's operator, or the
   *     job's state backend cannot read it
   */
  public static StartingMemories of(String path, Configuration job) throws IOException {
    MemorySavepoint savepoint =
        MemorySavepoint.open(SavepointPath.of(path), EventPipeline.MEMORIES);
    String backend = job.get(StateBackendOptions.STATE_BACKEND);
    if (!savepoint.format().isReadBy(backend)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is %s: it cannot be started from with --backend %s",
              path,
              savepoint.format(),
              backend));
    }
    return new StartingMemories(savepoint);
  }

  /** Makes the environment's job start from them; called when it is built. */
  public void restore(StreamExecutionEnvironment environment) {
    environment.configure(
        new Configuration()
            .set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.path())
            .set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true));
    // Do not restore sources and sinks: they would resume at the savepoint's position.
    String others = "-" + UUID.randomUUID();
    for (Transformation<?> end : environment.getTransformations()) {
      for (Transformation<?> part : end.getTransitivePredecessors()) {
        String uid = part.getUid();
        if (uid != null && !isMemories(uid) && !uid.endsWith(others)) {
          part.setUid(uid + others);
        }
      }
    }
  }

  private static boolean isMemories(String uid) {
    return uid.equals(EventPipeline.MEMORIES) || uid.equals(EventPipeline.SECOND_MEMORIES);
  }
}
