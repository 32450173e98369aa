package io.fastweights.jobs.pipeline;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.operator.FastWeightOptions;
import io.fastweights.operator.FastWeights;
import java.time.Duration;
import java.util.Locale;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import picocli.CommandLine.TypeConversionException;

/** How a job runs; the same options for every command that runs one. */
public final class JobOptions {
  /** Where keyed state lives. */
  enum Backend {
    ROCKSDB,
    HASHMAP
  }

  /** Reads times as Flink writes them. */
  static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return TimeUtils.parseDuration(text);
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw new TypeConversionException("'" + text + "' is no time, as 20ms, 5s or 1min are");
      }
    }
  }

  /** Reads sizes as Flink writes them. */
  static final class Size implements ITypeConverter<MemorySize> {
    @Override
    public MemorySize convert(String text) {
      try {
        return MemorySize.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' is no size, as 128mb or 1gb are");
      }
    }
  }

  private static final int CHECKPOINTS_TOLD = 10_000;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "2",
      description = "Subtasks that share the keys (default: ${DEFAULT-VALUE}).")
  private int parallelism;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most events stepped together (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--linger",
      converter = Time.class,
      paramLabel = "TIME",
      defaultValue = "20ms",
      description =
          "How long an event may wait for its batch, as 20ms (default: ${DEFAULT-VALUE}).")
  private Duration linger;

  @Option(
      names = "--cache-size",
      converter = Size.class,
      paramLabel = "SIZE",
      defaultValue = "128mb",
      description =
          "Memories that a subtask keeps ready, as 128mb or 1gb (default: ${DEFAULT-VALUE}).")
  private MemorySize cacheSize;

  @Option(
      names = "--checkpoint-interval",
      converter = Time.class,
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "Time between checkpoints, as 5s or 1min (default: ${DEFAULT-VALUE}).")
  private Duration checkpointInterval;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "rocksdb",
      description = "State backend: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Backend backend;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = "auto",
      description =
          "What steps the memories: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Device engine;

  public int parallelism() {
    return parallelism;
  }

  /** Flink's name of the state backend. */
  String backend() {
    return backend.name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws ParameterException if a value is out of its range
   */
  public void check() {
    atLeast("--parallelism", parallelism, 1);
    atMost("--parallelism", parallelism, 128);
    atLeast("--batch-size", batchSize, 1);
    if (linger.isNegative()) {
      throw wrong("--linger is " + linger.toMillis() + " ms, must not be negative");
    }
    if (checkpointInterval.toMillis() < 10) {
      throw wrong(
          "--checkpoint-interval is " + checkpointInterval.toMillis() + " ms, must be at least 10");
    }
  }

  private void atLeast(String option, int value, int least) {
    if (value < least) {
      throw wrong(option + " is " + value + ", must be at least " + least);
    }
  }

  private void atMost(String option, int value, int most) {
    if (value > most) {
      throw wrong(option + " is " + value + ", must be at most " + most);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }

  /** Flink's options; a failed job ends at once with its reason: there is nothing to wait for. */
  public Configuration flink(WorkFolder work) {
    Configuration flink = new Configuration();
    flink.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
    flink.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    flink.set(CoreOptions.TMP_DIRS, work.temporary().toString());
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    flink.set(StateBackendOptions.STATE_BACKEND, backend());
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointInterval);
    flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, work.checkpoints().toUri().toString());
    flink.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    flink.set(WebOptions.CHECKPOINTS_HISTORY_SIZE, CHECKPOINTS_TOLD);
    flink.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(128));
    return flink;
  }

  <T> FastWeights<T> apply(FastWeights<T> memories) {
    return memories
        .set(FastWeightOptions.BATCH_SIZE, batchSize)
        .set(FastWeightOptions.LINGER, linger)
        .set(FastWeightOptions.CACHE_SIZE, cacheSize)
        .set(FastWeightOptions.ENGINE, engine);
  }
}
