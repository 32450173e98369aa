package io.fastweights.jobs.pipeline;

import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The cluster that a job runs on. */
public interface JobTarget extends AutoCloseable {
  /** An environment whose jobs run there. */
  StreamExecutionEnvironment environment();

  /** True to wait until the job finishes. */
  default boolean attached() {
    return environment().getConfiguration().get(DeploymentOptions.ATTACHED);
  }

  /** The completed checkpoints of a job, oldest first; none where the cluster is not asked. */
  default List<Checkpoint> checkpoints(JobID job) throws Exception {
    return List.of();
  }

  /**
   * Where the newest completed checkpoint of a job lies; null if there is none yet, or if the
   * cluster is not asked. The next one may delete it.
   */
  default String newestCheckpoint(JobID job) throws Exception {
    return null;
  }

  @Override
  default void close() {}

  /** A cluster in this JVM; it and its state are gone with {@link #close}. */
  static JobTarget embedded(Configuration job) throws IOException {
    WorkFolder work = WorkFolder.create();
    EmbeddedCluster cluster = new EmbeddedCluster(JobOptions.embedded(job, work));
    StreamExecutionEnvironment environment = cluster.environment();
    return new JobTarget() {
      @Override
      public StreamExecutionEnvironment environment() {
        return environment;
      }

      @Override
      public List<Checkpoint> checkpoints(JobID job) throws Exception {
        return cluster.checkpoints(job);
      }

      @Override
      public String newestCheckpoint(JobID job) throws Exception {
        return cluster.newestCheckpoint(job);
      }

      @Override
      public void close() {
        try (work) {
          cluster.close();
        }
      }
    };
  }

  /**
   * A session cluster, which the job's jar is sent to.
   *
   * @param host of its REST endpoint
   */
  static JobTarget session(Configuration job, String host, int port, Path jar, boolean attached) {
    Configuration remote = new Configuration(job);
    remote.set(DeploymentOptions.TARGET, RemoteTarget.SESSION);
    remote.set(DeploymentOptions.ATTACHED, attached);
    remote.set(RestOptions.ADDRESS, host);
    remote.set(RestOptions.PORT, port);
    remote.set(PipelineOptions.JARS, List.of(jar.toUri().toString()));
    return new RemoteTarget(new StreamExecutionEnvironment(remote), remote);
  }

  /** The options of the cluster whose client called this program, and those of the client. */
  static Configuration surroundings() {
    return Configuration.fromMap(
        StreamExecutionEnvironment.getExecutionEnvironment().getConfiguration().toMap());
  }

  /** The cluster whose client called this program, as {@code flink run} does. */
  static JobTarget surrounding(Configuration job) {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(job);
    Configuration found = Configuration.fromMap(environment.getConfiguration().toMap());
    return RemoteTarget.isSession(found) ? new RemoteTarget(environment, found) : () -> environment;
  }
}
