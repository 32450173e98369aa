package io.fastweights.jobs.bench.load;

import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Prediction;
import io.fastweights.state.SizeOption;
import io.fastweights.state.rocksdb.RocksDbDefaults;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * A job that keeps a memory for each key: RocksDB, incremental checkpoints, one subtask.
 *
 * @param way of keeping memories
 * @param rate events per second; 0 for no limit
 * @param memory bytes for memories, beyond the job's base needs. The naive way gives all of it to
 *     RocksDB; else {@code cache} of it is the cache of hot memories
 * @param probe true to time the checkpoints' pauses
 * @param options of Flink and of the memories, for both ways
 */
public record StateJob(
    Way way,
    MemoryKind kind,
    KeySequence keys,
    long rate,
    MemorySize memory,
    MemorySize cache,
    Duration checkpointInterval,
    boolean probe,
    Configuration options) {
  private static final int CHECKPOINTS_TOLD = 10_000;
  public static final TypeInformation<Tuple2<Long, Long>> EVENT =
      Types.TUPLE(Types.LONG, Types.LONG);

  /** Ways of keeping memories. */
  public enum Way {
    FASTWEIGHTS,
    NAIVE;

    /**
     * The part of the bytes for memories that is the cache of hot memories; the rest is RocksDB's.
     */
    public MemorySize cache(MemorySize memory) {
      return this == NAIVE ? MemorySize.ZERO : memory.multiply(3.0 / 4);
    }
  }

  public Configuration flink(WorkFolder work) {
    Configuration flink = flink(way, work, memory.subtract(cache), checkpointInterval);
    flink.addAll(options);
    return flink;
  }

  /**
   * A cluster of one TaskManager with jobs of one subtask. RocksDB has the options of our jobs, or
   * for the naive way Flink's own.
   *
   * @param managed memory of RocksDB
   */
  public static Configuration flink(
      Way way, WorkFolder work, MemorySize managed, Duration checkpointInterval) {
    Configuration flink = new Configuration();
    if (way == Way.FASTWEIGHTS) {
      RocksDbDefaults.set(flink);
    }
    return SizeOption.set(flink, TaskManagerOptions.MANAGED_MEMORY_SIZE, managed)
        .set(CoreOptions.DEFAULT_PARALLELISM, 1)
        .set(CoreOptions.TMP_DIRS, work.temporary().toString())
        .set(PipelineOptions.GENERIC_TYPES, false)
        .set(PipelineOptions.OBJECT_REUSE, true)
        .set(RestartStrategyOptions.RESTART_STRATEGY, "none")
        .set(StateBackendOptions.STATE_BACKEND, "rocksdb")
        .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointInterval)
        .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, work.checkpoints().toUri().toString())
        .set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true)
        .set(
            CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
            ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION)
        .set(WebOptions.CHECKPOINTS_HISTORY_SIZE, CHECKPOINTS_TOLD);
  }

  /** Adds the job to the environment; its answers are counted in the tally of this name. */
  public void build(StreamExecutionEnvironment environment, String tally) {
    KeySequence sequence = keys;
    DataGeneratorSource<Tuple2<Long, Long>> source =
        new DataGeneratorSource<>(
            event -> Tuple2.of(sequence.key(event), event),
            Long.MAX_VALUE,
            rate == 0 ? RateLimiterStrategy.noOp() : RateLimiterStrategy.perSecond(rate),
            EVENT);
    KeyedStream<Tuple2<Long, Long>, Long> events =
        environment
            .fromSource(source, WatermarkStrategy.noWatermarks(), "events")
            .uid("events")
            .keyBy(event -> event.f0, Types.LONG);
    if (probe) {
      // In one task with the memories, before them: it is told of a checkpoint first and asked for
      // its state last.
      events =
          DataStreamUtils.reinterpretAsKeyedStream(
              events.transform("probe", EVENT, new CheckpointProbe(tally)).uid("probe"),
              event -> event.f0,
              Types.LONG);
    }
    answers(events)
        .map(new Tally.Count(tally))
        .returns(Prediction.type(EVENT))
        .sinkTo(new DiscardingSink<>());
  }

  /** The events' answers, by this way. */
  public DataStream<Prediction<Tuple2<Long, Long>>> answers(
      KeyedStream<Tuple2<Long, Long>, Long> events) {
    if (way == Way.NAIVE) {
      return events
          .process(new NaiveMemory<>(new StateEvents(kind)), Prediction.type(EVENT))
          .uid("naive");
    }
    return kind.set(FastWeights.on(events))
        .vectors(kind.dim(), new StateEvents(kind))
        .set(FastWeightOptions.ENGINE, Device.CPU)
        .set(FastWeightOptions.CACHE_SIZE, cache)
        .uid("fast-weights")
        .build()
        .predictions();
  }
}
