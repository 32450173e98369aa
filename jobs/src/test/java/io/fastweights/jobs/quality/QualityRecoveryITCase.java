package io.fastweights.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Prediction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A failure and its recovery neither lose a scored event nor count it twice. */
class QualityRecoveryITCase {
  private static final int EVENTS = 600;
  private static final long FAILS_AT = 1_000_000 + 450 * 1000L;
  private static final Schema SCHEMA =
      SchemaJson.parse(
          """
          {"key": "user", "time": "time",
           "fields": [{"name": "page", "encoder": "hashed", "buckets": 16}],
           "target": {"name": "bought", "encoder": "binary"}}
          """);
  private static final AtomicBoolean FAILED = new AtomicBoolean();
  private static final AtomicBoolean RESTORED = new AtomicBoolean();

  @TempDir Path folder;

  /** Takes its time, and fails once at an event, after a checkpoint. */
  private record Slow(boolean fails)
      implements MapFunction<Prediction<Event>, Long>, CheckpointedFunction {
    @Override
    public Long map(Prediction<Event> prediction) throws Exception {
      Thread.sleep(1);
      if (fails && prediction.timestamp() == FAILS_AT && FAILED.compareAndSet(false, true)) {
        throw new IllegalStateException("injected");
      }
      return prediction.timestamp();
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {
      if (context.isRestored()) {
        RESTORED.set(true);
      }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
      // It keeps nothing.
    }
  }

  private static String events() {
    SplittableRandom random = new SplittableRandom(21);
    StringBuilder csv = new StringBuilder("time,user,page,bought\n");
    for (int i = 0; i < EVENTS; i++) {
      csv.append(1_000_000 + i * 1000L).append(",u").append(random.nextInt(9));
      csv.append(",p").append(random.nextInt(4)).append(',').append(random.nextInt(2)).append('\n');
    }
    return csv.toString();
  }

  private static Configuration options() {
    return new Configuration()
        .set(CoreOptions.DEFAULT_PARALLELISM, 2)
        .set(StateBackendOptions.STATE_BACKEND, "hashmap")
        .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50))
        // Barriers overtake the events, which are read at once and wait.
        .set(CheckpointingOptions.ENABLE_UNALIGNED, true)
        .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO)
        .set(FastWeightOptions.BATCH_SIZE, 16)
        .set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
  }

  private QualityTotals run(EmbeddedCluster cluster, Path file, boolean fails) throws Exception {
    StreamExecutionEnvironment environment = cluster.environment();
    EventFiles files = EventFiles.of(file, SCHEMA);
    EventPipeline.build(
            environment, files, SCHEMA, null, null, Prequential.of(SCHEMA, files, Long.MIN_VALUE))
        .predictions()
        .map(new Slow(fails))
        .returns(Types.LONG)
        .sinkTo(new DiscardingSink<>());
    return environment.execute().getAccumulatorResult(QualityTotals.NAME);
  }

  @Test
  void totalsAreThoseOfAJobThatDidNotFail() throws Exception {
    Path file = Files.writeString(folder.resolve("events.csv"), events());
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster = new EmbeddedCluster(JobOptions.embedded(options(), work))) {
      QualityTotals undisturbed = run(cluster, file, false);
      QualityTotals recovered = run(cluster, file, true);
      assertThat(FAILED).isTrue();
      assertThat(RESTORED).isTrue();
      assertThat(undisturbed.quality().scored()).isEqualTo(EVENTS);
      assertThat(recovered.bytes()).isEqualTo(undisturbed.bytes());
    }
  }
}
