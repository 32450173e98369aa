package io.fastweights.jobs.chaos;

import io.fastweights.jobs.broker.TopicReader;
import io.fastweights.jobs.config.KafkaSinkConfig;
import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.config.KafkaSourceConfig.ValueFormat;
import io.fastweights.jobs.kafka.KafkaEvents;
import io.fastweights.jobs.kafka.KafkaResults;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.common.TopicPartition;

/** The job under fault injection: a topic of events, memories, a topic written exactly once. */
final class ChaosJob {
  /** Transaction timeout: longer than the longest recovery. */
  static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(5);

  private static final String NAME = "fastweights chaos";
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final String brokers;
  private final CheckpointFolder checkpoints;
  private final Ledger ledger;
  private final Path jar;
  private JobClient client;

  ChaosJob(String brokers, CheckpointFolder checkpoints, Ledger ledger, Path jar) {
    this.brokers = brokers;
    this.checkpoints = checkpoints;
    this.ledger = ledger;
    this.jar = jar;
  }

  /**
   * Submits the job, from its newest checkpoint if there is one.
   *
   * @param address of the cluster's REST endpoint
   */
  void submit(String address) throws Exception {
    Configuration job = options();
    Optional<Path> newest = checkpoints.newest();
    if (newest.isPresent()) {
      job.set(StateRecoveryOptions.SAVEPOINT_PATH, newest.get().toUri().toString());
    }
    int colon = address.indexOf(':');
    String host = address.substring(0, colon);
    int port = Integer.parseInt(address.substring(colon + 1));
    try (JobTarget target = JobTarget.session(job, host, port, jar, false)) {
      KafkaEvents events = KafkaEvents.of(source(), ChaosEvents.SCHEMA);
      EventPipeline pipeline =
          EventPipeline.build(target.environment(), events, ChaosEvents.SCHEMA, null);
      new KafkaResults(sink()).write(pipeline, ChaosOracle.rows(events.columns()), events.paths());
      client = target.environment().executeAsync(NAME);
    }
  }

  private KafkaSourceConfig source() {
    return new KafkaSourceConfig(
        brokers,
        ChaosBroker.EVENTS,
        "chaos",
        "earliest",
        false,
        ValueFormat.JSON,
        null,
        null,
        null,
        null,
        null,
        null,
        List.of(),
        Map.of());
  }

  private KafkaSinkConfig sink() {
    return new KafkaSinkConfig(
        brokers,
        ChaosBroker.PREDICTIONS,
        ChaosBroker.DEAD_LETTERS,
        DeliveryGuarantee.EXACTLY_ONCE,
        "chaos",
        TRANSACTION_TIMEOUT.toSeconds() + "s",
        Map.of());
  }

  private Configuration options() {
    Configuration job = new Configuration();
    ChaosOracle.configure(job);
    job.set(CoreOptions.DEFAULT_PARALLELISM, 2);
    job.set(PipelineOptions.GENERIC_TYPES, false);
    job.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, INTERVAL);
    job.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.uri());
    job.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    job.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    job.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    job.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(500));
    return job;
  }

  /**
   * Deletes the newest complete checkpoint while no job runs: the next one starts from the one
   * before, and writes again what was committed in between.
   *
   * @return how much that is
   */
  String loseNewestCheckpoint() throws Exception {
    Optional<Path> newest = checkpoints.newest();
    if (newest.isEmpty()) {
      return "there was no checkpoint";
    }
    Map<TopicPartition, Long> until = CheckpointPositions.read(newest.get(), KafkaEvents.UID);
    FileUtils.deleteDirectory(newest.get().toFile());
    Optional<Path> before = checkpoints.newest();
    Map<TopicPartition, Long> from =
        before.isPresent() ? CheckpointPositions.read(before.get(), KafkaEvents.UID) : Map.of();
    int events = 0;
    try (TopicReader reader = new TopicReader(brokers, ChaosBroker.EVENTS)) {
      for (long place : reader.timestamps(from, until)) {
        ledger.mayRepeat(place);
        events++;
      }
    }
    return events + " events in it";
  }

  boolean isRunning() throws InterruptedException {
    try {
      return client.getJobStatus().get(30, TimeUnit.SECONDS) == JobStatus.RUNNING;
    } catch (ExecutionException | TimeoutException e) {
      // Clients that wait for the job time out.
      return false;
    }
  }

  void cancel() throws Exception {
    client.cancel().get(120, TimeUnit.SECONDS);
    while (!client.getJobStatus().get(30, TimeUnit.SECONDS).isGloballyTerminalState()) {
      Thread.sleep(100);
    }
  }
}
