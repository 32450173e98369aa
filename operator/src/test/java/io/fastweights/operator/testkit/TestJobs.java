package io.fastweights.operator.testkit;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Prediction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.ExceptionUtils;

/** Real jobs on a small cluster. */
public final class TestJobs {
  private TestJobs() {}

  /** Two task managers of two slots. */
  public static MiniClusterExtension cluster() {
    Configuration configuration = new Configuration();
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
    return new MiniClusterExtension(
        new MiniClusterResourceConfiguration.Builder()
            .setConfiguration(configuration)
            .setNumberTaskManagers(2)
            .setNumberSlotsPerTaskManager(2)
            .build());
  }

  /**
   * No generic types; checkpoints in a folder; a failed job begins again at once.
   *
   * @param backend its name in Flink, perhaps with " full" for checkpoints that are not incremental
   *     or " changelog" for one behind a changelog
   */
  public static Configuration configuration(String backend, Path folder) {
    return new Configuration()
        .set(StateBackendOptions.STATE_BACKEND, backend.split(" ")[0])
        .set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, !backend.endsWith(" full"))
        .set(StateChangelogOptions.ENABLE_STATE_CHANGE_LOG, backend.endsWith(" changelog"))
        .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString())
        .set(PipelineOptions.GENERIC_TYPES, false)
        .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3)
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
  }

  /** For jobs of 32 key groups. */
  public static StreamExecutionEnvironment environment(
      Configuration configuration, int parallelism) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(parallelism);
    env.setMaxParallelism(32);
    return env;
  }

  /** For a job of this {@link #configuration} that takes checkpoints again and again. */
  public static StreamExecutionEnvironment checkpointing(
      String backend, Path folder, int parallelism, boolean reuse, boolean unaligned) {
    return environment(
        configuration(backend, folder)
            .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(40))
            .set(CheckpointingOptions.ENABLE_UNALIGNED, unaligned)
            .set(PipelineOptions.OBJECT_REUSE, reuse),
        parallelism);
  }

  /**
   * For a job of this {@link #configuration} that takes no checkpoints.
   *
   * @param savepoint that it begins from, or null
   */
  public static StreamExecutionEnvironment restored(
      String backend, Path folder, int parallelism, String savepoint) {
    Configuration configuration = configuration(backend, folder);
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    return environment(configuration, parallelism);
  }

  /**
   * The first trips of a seeded stream, in order.
   *
   * @param perCheckpoint after so many trips the source waits until a checkpoint is complete
   */
  public static DataStream<Trip> trips(
      StreamExecutionEnvironment env, long seed, int count, int perCheckpoint) {
    GeneratorFunction<Long, Trip> generator = place -> Trips.at(seed, place);
    DataGeneratorSource<Trip> source =
        new DataGeneratorSource<>(
            generator,
            count,
            RateLimiterStrategy.perCheckpoint(perCheckpoint),
            Types.POJO(Trip.class));
    WatermarkStrategy<Trip> watermarks =
        WatermarkStrategy.<Trip>forBoundedOutOfOrderness(Duration.ofMinutes(5))
            .withTimestampAssigner((trip, before) -> trip.time);
    return env.fromSource(source, watermarks, "trips").setParallelism(1).uid("trips");
  }

  /** Output as lines: predictions and malformed events. */
  public static DataStream<String> lines(FastWeightStream<Trip> stream) {
    return lines(stream, stream.predictions());
  }

  public static DataStream<String> lines(
      FastWeightStream<Trip> stream, DataStream<Prediction<Trip>> predictions) {
    return predictions
        .map(Answers::of)
        .returns(Types.STRING)
        .union(stream.malformed().map(Answers::of).returns(Types.STRING));
  }

  /**
   * Stops a job with a savepoint; it should take no checkpoints, which would let its source go on.
   * The dispatcher may report a job as initializing although its tasks run, and then refuses; so
   * does the job while some of its tasks are being deployed.
   *
   * @return path of the savepoint
   */
  public static String stop(JobClient job, Path folder, SavepointFormatType format)
      throws Exception {
    while (job.getJobStatus().get(60, TimeUnit.SECONDS) == JobStatus.INITIALIZING) {
      Thread.sleep(10);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        return job.stopWithSavepoint(false, folder.toUri().toString(), format)
            .get(60, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!isDeploying(e) || System.nanoTime() > deadline) {
          throw e;
        }
        // Flink tells nobody when the last task is deployed: ask again.
        Thread.sleep(50);
      }
    }
  }

  private static boolean isDeploying(Exception failure) {
    return ExceptionUtils.findThrowable(failure, CheckpointException.class)
        .filter(
            e ->
                e.getCheckpointFailureReason()
                    == CheckpointFailureReason.NOT_ALL_REQUIRED_TASKS_RUNNING)
        .isPresent();
  }
}
