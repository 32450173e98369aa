package io.fastweights.jobs.chaos;

import io.fastweights.jobs.output.FileResults;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.util.FileUtils;

/** The job that chaos is done to: a generated stream, memories, files written exactly once. */
final class ChaosJob {
  private static final String NAME = "fastweights chaos";
  private static final int RETAINED = 3;
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final ChaosStream stream;
  private final Path output;
  private final Path checkpoints;
  private final Path jar;
  private final Path last;
  private final PredictionRows rows;
  private final List<Long> lost = new ArrayList<>();
  private JobClient client;

  ChaosJob(ChaosStream stream, Path folder, Path jar) {
    this.stream = stream;
    this.output = folder.resolve("output");
    this.checkpoints = folder.resolve("checkpoints");
    this.last = stream.last();
    this.jar = jar;
    this.rows =
        new PredictionRows(
            RowFormat.CSV,
            stream.columns(),
            ChaosStream.SCHEMA.target(),
            ChaosStream.SCHEMA.target().dim());
  }

  /**
   * Submits the job, with the memories of its newest checkpoint where it has one.
   *
   * @param address of the cluster's REST endpoint
   */
  void submit(String address) throws Exception {
    Configuration job = options();
    Optional<Path> newest = newestCheckpoint();
    if (newest.isPresent()) {
      job.set(StateRecoveryOptions.SAVEPOINT_PATH, newest.get().toUri().toString());
    }
    int colon = address.indexOf(':');
    try (JobTarget target =
        JobTarget.session(
            job,
            address.substring(0, colon),
            Integer.parseInt(address.substring(colon + 1)),
            jar,
            false)) {
      EventPipeline pipeline =
          EventPipeline.build(target.environment(), stream, ChaosStream.SCHEMA, null);
      new FileResults(output, RowFormat.CSV).write(pipeline, rows, stream.paths());
      client = target.environment().executeAsync(NAME);
    }
  }

  private Configuration options() {
    Configuration job = new Configuration();
    ChaosOracle.configure(job);
    job.set(CoreOptions.DEFAULT_PARALLELISM, 2);
    job.set(PipelineOptions.GENERIC_TYPES, false);
    job.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, INTERVAL);
    job.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    job.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    job.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, RETAINED);
    job.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    job.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    job.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(500));
    return job;
  }

  /** The newest complete checkpoint of any run. */
  Optional<Path> newestCheckpoint() throws IOException {
    if (!Files.isDirectory(checkpoints)) {
      return Optional.empty();
    }
    try (Stream<Path> found = Files.find(checkpoints, 3, (p, a) -> p.endsWith("_metadata"))) {
      return found
          .max(Comparator.comparing((Path metadata) -> metadata.toFile().lastModified()))
          .map(Path::getParent);
    }
  }

  /**
   * Deletes the newest complete checkpoint while no job runs: the next one starts from the one
   * before, and writes again what was committed with it.
   */
  void loseNewestCheckpoint() throws IOException {
    Optional<Path> newest = newestCheckpoint();
    if (newest.isPresent()) {
      FileUtils.deleteDirectory(newest.get().toFile());
      lost.add(Verdict.committed(output.resolve("predictions"), rows.header()));
    }
  }

  boolean isRunning() throws Exception {
    return client.getJobStatus().get(30, TimeUnit.SECONDS) == JobStatus.RUNNING;
  }

  /** Lets the job write what it has, and ends it. */
  void stop() throws Exception {
    client
        .stopWithSavepoint(
            true, checkpoints.resolve("last").toUri().toString(), SavepointFormatType.NATIVE)
        .get(120, TimeUnit.SECONDS);
  }

  Verdict verdict() throws Exception {
    return Verdict.of(
        output.resolve("predictions"),
        rows.header(),
        new ChaosOracle(stream, rows),
        LastPlace.read(last),
        lost);
  }
}
