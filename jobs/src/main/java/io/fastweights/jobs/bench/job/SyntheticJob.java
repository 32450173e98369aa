package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.bench.load.KeySequence;
import io.fastweights.jobs.bench.load.MemoryKind;
import io.fastweights.jobs.bench.load.StateJob;
import io.fastweights.jobs.bench.load.StateJob.Way;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.operator.api.FastWeightOptions;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Events that are made as they are needed, of keys by Zipf's law, all observed.
 *
 * @param keys different ones
 * @param memory bytes for memories, of all subtasks together: all of it RocksDB's for the naive
 *     way; else three quarters of it are caches
 * @param rate events per second; 0 for no limit. An event's timestamp is then the time at which it
 *     was due, by {@link System#nanoTime}: delays of the source count
 * @param sinkMillis that the sink takes for an event, in a task of its own; 0 for none
 */
record SyntheticJob(
    Way way,
    MemoryKind kind,
    int keys,
    int parallelism,
    MemorySize memory,
    long rate,
    Batching batching,
    long sinkMillis)
    implements LoadJob {
  private static final long SEED = 5;

  /** Flink's buffer timeout: its default, 100 ms, would dominate the latency. */
  private static final Duration BUFFER_TIMEOUT = Duration.ofMillis(1);

  /** Batch size and linger time. */
  record Batching(int size, long lingerMillis) {
    static final Batching DEFAULT =
        new Batching(
            FastWeightOptions.BATCH_SIZE.defaultValue(),
            FastWeightOptions.LINGER.defaultValue().toMillis());
  }

  /** Without a limit on the rate. */
  static SyntheticJob unbounded(
      Way way, MemoryKind kind, int keys, int parallelism, MemorySize memory) {
    return new SyntheticJob(way, kind, keys, parallelism, memory, 0, Batching.DEFAULT, 0);
  }

  SyntheticJob at(long eventsPerSecond, Batching of) {
    return new SyntheticJob(way, kind, keys, parallelism, memory, eventsPerSecond, of, sinkMillis);
  }

  SyntheticJob withSlowSink(long millis) {
    return new SyntheticJob(way, kind, keys, parallelism, memory, rate, batching, millis);
  }

  @Override
  public Configuration flink(WorkFolder work) {
    MemorySize managed = memory.subtract(way.cache(memory));
    Configuration flink =
        StateJob.flink(way, work, managed, Duration.ofSeconds(1))
            .set(CoreOptions.DEFAULT_PARALLELISM, parallelism)
            .set(FastWeightOptions.BATCH_SIZE, batching.size)
            .set(FastWeightOptions.LINGER, Duration.ofMillis(batching.lingerMillis));
    if (timed()) {
      flink.set(ExecutionOptions.BUFFER_TIMEOUT, BUFFER_TIMEOUT);
    }
    return flink;
  }

  @Override
  public boolean timed() {
    return rate > 0;
  }

  @Override
  public void build(StreamExecutionEnvironment environment, String meter) {
    KeySequence sequence = KeySequence.zipf(keys, SEED);
    DataGeneratorSource<Tuple2<Long, Long>> source =
        new DataGeneratorSource<>(
            new DueEvents(sequence, rate, meter), Long.MAX_VALUE, StateJob.EVENT);
    long due = rate;
    KeyedStream<Tuple2<Long, Long>, Long> events =
        environment
            .fromSource(
                source,
                WatermarkStrategy.<Tuple2<Long, Long>>noWatermarks()
                    .withTimestampAssigner(context -> DueEvents.due(due, meter)),
                "events")
            .uid("events")
            .keyBy(event -> event.f0, Types.LONG);
    StateJob memories =
        new StateJob(
            way,
            kind,
            sequence,
            rate,
            memory,
            way.cache(memory).divide(parallelism),
            Duration.ofSeconds(1),
            false,
            new Configuration());
    DataStreamSink<?> end =
        memories.answers(events).sinkTo(new Meter.End<>(meter, sinkMillis)).name("end");
    if (sinkMillis > 0) {
      end.disableChaining();
    }
  }
}
