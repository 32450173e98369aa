package io.fastweights.jobs.pipeline;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.state.SizeOption;
import io.fastweights.state.rocksdb.RocksDbDefaults;
import java.time.Duration;
import java.util.Locale;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
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
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import picocli.CommandLine.TypeConversionException;

/** Execution options of a job, shared by all commands that run one. */
public final class JobOptions {
  /** State backend of keyed state. */
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
  private static final int MOST_PARALLELISM = 128;

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

  @Option(
      names = "--storage",
      paramLabel = "FORMAT",
      defaultValue = "fp32",
      description =
          "How memories are held: ${COMPLETION-CANDIDATES}; bf16 takes half the room (default:"
              + " ${DEFAULT-VALUE}).")
  private StorageFormat storage;

  @Option(
      names = "--ttl",
      converter = Time.class,
      paramLabel = "TIME",
      defaultValue = "0ms",
      description =
          "How long a key is remembered after it last learned, by the times of its events, as 30d"
              + " (default: for ever).")
  private Duration ttl;

  /**
   * Checks the flags; what a file says is checked where it is used.
   *
   * @throws ParameterException if a value is out of its range
   */
  public void check() {
    atLeast("--parallelism", parallelism, 1);
    atMost("--parallelism", parallelism, MOST_PARALLELISM);
    atLeast("--batch-size", batchSize, 1);
    if (linger.isNegative()) {
      throw wrong("--linger is " + linger.toMillis() + " ms, must not be negative");
    }
    if (ttl.isNegative()) {
      throw wrong("--ttl is " + ttl.toMillis() + " ms, must not be negative");
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

  /** The options of a job: a flag wins over what the file says, and that over a default. */
  public Configuration job(Configuration file) {
    Configuration job = new Configuration(file);
    set(job, CoreOptions.DEFAULT_PARALLELISM, "--parallelism", parallelism);
    set(
        job,
        StateBackendOptions.STATE_BACKEND,
        "--backend",
        backend.name().toLowerCase(Locale.ROOT));
    set(
        job,
        CheckpointingOptions.CHECKPOINTING_INTERVAL,
        "--checkpoint-interval",
        checkpointInterval);
    set(job, FastWeightOptions.BATCH_SIZE, "--batch-size", batchSize);
    set(job, FastWeightOptions.LINGER, "--linger", linger);
    if (given("--cache-size") || !job.contains(FastWeightOptions.CACHE_SIZE)) {
      SizeOption.set(job, FastWeightOptions.CACHE_SIZE, cacheSize);
    }
    set(job, FastWeightOptions.ENGINE, "--engine", engine);
    set(job, FastWeightOptions.STORAGE, "--storage", storage);
    set(job, FastWeightOptions.TTL, "--ttl", ttl);
    RocksDbDefaults.set(job);
    setDefault(job, ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
    setDefault(job, PipelineOptions.OBJECT_REUSE, true);
    setDefault(job, CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    job.set(PipelineOptions.GENERIC_TYPES, false);
    return job;
  }

  /**
   * The options of a job whose state is of no use after it: it writes no checkpoints.
   *
   * @param subtasks parallelism; null for that of the flag
   */
  public Configuration passing(Integer subtasks) {
    Configuration job = job(new Configuration());
    job.removeConfig(CheckpointingOptions.CHECKPOINTING_INTERVAL);
    if (subtasks != null) {
      atLeast("--threads", subtasks, 1);
      job.set(CoreOptions.DEFAULT_PARALLELISM, Math.min(subtasks, MOST_PARALLELISM));
    }
    return job;
  }

  private <T> void set(Configuration job, ConfigOption<T> option, String flag, T value) {
    if (given(flag) || !job.contains(option)) {
      job.set(option, value);
    }
  }

  private boolean given(String flag) {
    ParseResult parsed = command.commandLine().getParseResult();
    return parsed != null && parsed.hasMatchedOption(flag);
  }

  private static <T> void setDefault(Configuration job, ConfigOption<T> option, T value) {
    if (!job.contains(option)) {
      job.set(option, value);
    }
  }

  /**
   * Configuration of a cluster in this JVM, with the options of its job. A failed job is not
   * restarted, unless the options set a restart strategy.
   */
  public static Configuration embedded(Configuration job, WorkFolder work) {
    Configuration flink = new Configuration(job);
    flink.set(CoreOptions.TMP_DIRS, work.temporary().toString());
    setDefault(flink, RestartStrategyOptions.RESTART_STRATEGY, "none");
    setDefault(
        flink, CheckpointingOptions.CHECKPOINTS_DIRECTORY, work.checkpoints().toUri().toString());
    flink.set(WebOptions.CHECKPOINTS_HISTORY_SIZE, CHECKPOINTS_TOLD);
    SizeOption.setDefault(
        flink, TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(128));
    return flink;
  }
}
