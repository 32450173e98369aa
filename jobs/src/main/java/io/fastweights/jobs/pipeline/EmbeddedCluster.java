package io.fastweights.jobs.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.dag.Pipeline;
import org.apache.flink.client.deployment.executors.PipelineExecutorUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.core.execution.JobStatusChangedListenerUtils;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.core.execution.PipelineExecutorServiceLoader;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CheckpointStatsStatus;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient.JobFinalizationBehavior;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.Reference;

/**
 * A whole Flink cluster in this JVM. Flink's local environment hides its cluster; this one can be
 * asked for the checkpoints of a job. It starts with its first job, so that errors of a job are
 * reported first. Nothing outside this machine can reach it.
 */
public final class EmbeddedCluster implements AutoCloseable {
  private static final String TARGET = "fastweights-embedded";
  private static final String LOOPBACK = "127.0.0.1";
  private static final long CLOSE_SECONDS = 30;
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  private final Configuration configuration;
  private final MiniCluster cluster;

  /**
   * A completed checkpoint.
   *
   * @param finished in milliseconds since 1970-01-01 UTC
   * @param stateBytes of the whole state
   * @param writtenBytes by this checkpoint itself
   * @param millis from its trigger to its end
   */
  public record Checkpoint(long finished, long stateBytes, long writtenBytes, long millis) {}

  /** A cluster with one TaskManager of as many slots as its jobs' parallelism. */
  public EmbeddedCluster(Configuration options) {
    configuration = new Configuration(options);
    configuration.set(DeploymentOptions.TARGET, TARGET);
    configuration.set(DeploymentOptions.ATTACHED, true);
    // Left out, REST endpoint and blob server listen on all addresses of the machine.
    configuration.set(RestOptions.ADDRESS, LOOPBACK);
    configuration.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    configuration.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    configuration.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    configuration.set(WebOptions.SUBMIT_ENABLE, false);
    if (!configuration.contains(HeartbeatManagerOptions.HEARTBEAT_INTERVAL)) {
      // Accumulators of running tasks, which progress is shown from, come with heartbeats.
      configuration.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, HEARTBEAT);
    }
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(options.get(CoreOptions.DEFAULT_PARALLELISM))
                .withRandomPorts()
                .build(),
            () -> Reference.borrowed(Rpc.SYSTEM));
  }

  /**
   * Loading the classes of Flink's RPC takes longer than all else of a start; a process does it
   * once, and not again for each cluster.
   */
  private static final class Rpc {
    static final RpcSystem SYSTEM = RpcSystem.load();

    static {
      // Their jar was unpacked into the folder for temporary files.
      Runtime.getRuntime().addShutdownHook(new Thread(SYSTEM::close));
    }
  }

  /** An environment whose jobs run here. */
  public StreamExecutionEnvironment environment() {
    return new StreamExecutionEnvironment(
        new Loader(), configuration, EmbeddedCluster.class.getClassLoader());
  }

  /** The completed checkpoints of a job, oldest first, also when it has ended. */
  public List<Checkpoint> checkpoints(JobID job) throws Exception {
    CheckpointStatsSnapshot stats = statistics(job);
    if (stats == null) {
      return List.of();
    }
    return stats.getHistory().getCheckpoints().stream()
        .filter(checkpoint -> checkpoint.getStatus() == CheckpointStatsStatus.COMPLETED)
        .map(EmbeddedCluster::checkpoint)
        .sorted(java.util.Comparator.comparingLong(Checkpoint::finished))
        .toList();
  }

  /** Where the newest completed checkpoint of a job lies; null if there is none yet. */
  String newestCheckpoint(JobID job) throws Exception {
    CheckpointStatsSnapshot stats = statistics(job);
    CompletedCheckpointStats newest =
        stats == null ? null : stats.getHistory().getLatestCompletedCheckpoint();
    return newest == null ? null : newest.getExternalPath();
  }

  private CheckpointStatsSnapshot statistics(JobID job) throws Exception {
    return cluster.getExecutionGraph(job).get().getCheckpointStatsSnapshot();
  }

  /** Takes a checkpoint of a job now; returns where it lies. */
  public String checkpoint(JobID job) throws Exception {
    return cluster.triggerCheckpoint(job).get();
  }

  private static Checkpoint checkpoint(AbstractCheckpointStats stats) {
    long millis = stats.getEndToEndDuration();
    return new Checkpoint(
        stats.getTriggerTimestamp() + millis,
        stats.getStateSize(),
        stats.getCheckpointedSize(),
        millis);
  }

  @Override
  public void close() {
    cluster.closeAsync().orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS).join();
  }

  private CompletableFuture<JobClient> submit(
      Pipeline pipeline, Configuration job, ClassLoader classLoader) throws Exception {
    StreamGraph graph = PipelineExecutorUtils.getStreamGraph(pipeline, job);
    List<JobStatusChangedListener> listeners =
        JobStatusChangedListenerUtils.createJobStatusChangedListeners(
            classLoader, job, ForkJoinPool.commonPool());
    if (!cluster.isRunning()) {
      cluster.start();
    }
    return cluster
        .submitJob(graph)
        .thenApply(
            submitted -> {
              PipelineExecutorUtils.notifyJobStatusListeners(pipeline, graph, listeners);
              return new MiniClusterJobClient(
                  submitted.getJobID(), cluster, classLoader, JobFinalizationBehavior.NOTHING);
            });
  }

  /** The one executor there is. */
  private final class Loader implements PipelineExecutorServiceLoader {
    @Override
    public PipelineExecutorFactory getExecutorFactory(Configuration job) {
      return new PipelineExecutorFactory() {
        @Override
        public String getName() {
          return TARGET;
        }

        @Override
        public boolean isCompatibleWith(Configuration ignored) {
          return true;
        }

        @Override
        public PipelineExecutor getExecutor(Configuration ignored) {
          return EmbeddedCluster.this::submit;
        }
      };
    }

    @Override
    public Stream<String> getExecutorNames() {
      return Stream.of(TARGET);
    }
  }
}
