package io.fastweights.jobs.pipeline;

import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.runtime.checkpoint.CheckpointStatsStatus;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.JobMessageParameters;
import org.apache.flink.runtime.rest.messages.ResponseBody;
import org.apache.flink.runtime.rest.messages.checkpoints.CheckpointingStatisticsHeaders;
import org.apache.flink.runtime.rest.util.RestMapperUtils;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A session cluster of other processes, which is asked through its REST endpoint. */
final class RemoteTarget implements JobTarget {
  /** Value of {@link DeploymentOptions#TARGET} for a session cluster by its address. */
  static final String SESSION = "remote";

  private static final long WAIT_SECONDS = 5;

  private final StreamExecutionEnvironment environment;
  private final Configuration configuration;
  private RestClusterClient<StandaloneClusterId> client;

  /**
   * @param configuration with the address of the REST endpoint, and how it is encrypted
   */
  RemoteTarget(StreamExecutionEnvironment environment, Configuration configuration) {
    this.environment = environment;
    this.configuration = configuration;
  }

  /** True if jobs of this configuration go to such a cluster. */
  static boolean isSession(Configuration configuration) {
    return SESSION.equals(configuration.get(DeploymentOptions.TARGET));
  }

  @Override
  public StreamExecutionEnvironment environment() {
    return environment;
  }

  /** The last ones: a cluster keeps as many as {@code web.checkpoints.history} says. */
  @Override
  public List<Checkpoint> checkpoints(JobID job) throws Exception {
    List<Checkpoint> completed = new ArrayList<>();
    for (JsonNode one : statistics(job).path("history")) {
      if (one.path("status").asText().equals(CheckpointStatsStatus.COMPLETED.name())) {
        completed.add(checkpoint(one));
      }
    }
    completed.sort(Comparator.comparingLong(Checkpoint::finished));
    return completed;
  }

  private static Checkpoint checkpoint(JsonNode statistics) {
    long millis = statistics.path("end_to_end_duration").asLong();
    return new Checkpoint(
        statistics.path("trigger_timestamp").asLong() + millis,
        statistics.path("state_size").asLong(),
        statistics.path("checkpointed_size").asLong(),
        millis);
  }

  @Override
  public String newestCheckpoint(JobID job) throws Exception {
    JsonNode newest = statistics(job).path("latest").path("completed");
    return newest.hasNonNull("external_path") ? newest.get("external_path").asText() : null;
  }

  /**
   * The answer of {@code /jobs/:id/checkpoints}, from any thread. It is read as JSON, because its
   * classes have annotations of a library that Flink does not ship.
   */
  private synchronized JsonNode statistics(JobID job) throws Exception {
    if (client == null) {
      client = new RestClusterClient<>(configuration, StandaloneClusterId.getInstance());
    }
    JobMessageParameters parameters = new JobMessageParameters();
    parameters.jobPathParameter.resolve(job);
    ResponseBody answer =
        client
            .sendRequest(
                CheckpointingStatisticsHeaders.getInstance(),
                parameters,
                EmptyRequestBody.getInstance())
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
    return RestMapperUtils.getFlexibleObjectMapper().valueToTree(answer);
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
  }
}
