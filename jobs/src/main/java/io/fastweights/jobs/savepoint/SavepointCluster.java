package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.state.SizeOption;
import io.fastweights.state.savepoint.KeyFigures;
import io.fastweights.state.savepoint.MemorySavepoint;
import io.fastweights.state.savepoint.NamedMemory;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

/** A cluster in this JVM for the jobs that read a savepoint; state is on disk, not on its heap. */
final class SavepointCluster implements AutoCloseable {
  private final WorkFolder work;
  private final EmbeddedCluster cluster;

  SavepointCluster(int slots) throws Exception {
    work = WorkFolder.create();
    cluster = new EmbeddedCluster(flink(slots));
  }

  private Configuration flink(int slots) {
    Configuration flink =
        new Configuration()
            .set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING)
            .set(CoreOptions.DEFAULT_PARALLELISM, slots)
            .set(CoreOptions.TMP_DIRS, work.temporary().toString())
            .set(PipelineOptions.GENERIC_TYPES, false)
            .set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return SizeOption.set(
        flink, TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(128));
  }

  StreamExecutionEnvironment environment() {
    return cluster.environment();
  }

  /** Hands over the figures of every key, in no order. */
  void figures(MemorySavepoint savepoint, Consumer<KeyFigures> reader) throws Exception {
    read(savepoint.figures(environment()), reader);
  }

  /** Hands over the memories of some keys, one at a time, in no order. */
  void memories(MemorySavepoint savepoint, Set<String> keys, Consumer<NamedMemory> reader)
      throws Exception {
    read(savepoint.memories(environment(), keys), reader);
  }

  @SuppressWarnings("try")
  private static <R> void read(DataStream<R> stream, Consumer<R> reader) throws Exception {
    try (CloseableIterator<R> delivered = stream.executeAndCollect("read a savepoint")) {
      delivered.forEachRemaining(reader);
    }
  }

  @Override
  public void close() {
    try {
      cluster.close();
    } finally {
      work.close();
    }
  }
}
