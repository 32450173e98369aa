package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.testkit.Collected;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A source is idle at its end, so that Flink drops the last watermark: no event is lost. */
class IdleEndITCase {
  private static final int SENT = 40;
  private static final int HELD_MINUTES = 5;

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  /** Watermarks behind each event, and idleness behind the last one. */
  private static final class IdleAtTheEnd implements WatermarkGenerator<Trip> {
    @Override
    public void onEvent(Trip trip, long time, WatermarkOutput output) {
      output.emitWatermark(new Watermark(time - HELD_MINUTES * 60_000));
      if (trip.id == SENT - 1) {
        output.markIdle();
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }

  /**
   * One trip a minute.
   *
   * @param sent after so many trips the source waits for a checkpoint
   */
  private JobClient start(String run, int trips, int sent) throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            TestJobs.configuration("hashmap", folder));
    env.setParallelism(1);
    GeneratorFunction<Long, Trip> generator =
        id -> new Trip(id, "k" + id % 7, Trips.START + id * 60_000);
    DataStream<Trip> stream =
        env.fromSource(
            new DataGeneratorSource<>(
                generator, trips, RateLimiterStrategy.perCheckpoint(sent), OperatorHarness.TRIP),
            WatermarkStrategy.<Trip>forGenerator(context -> new IdleAtTheEnd())
                .withTimestampAssigner((trip, before) -> trip.time),
            "trips");
    TestModel.ASSOCIATIVE
        .on(FastWeights.on(stream.keyBy(Trip::key)))
        .eventTime(Duration.ZERO)
        .uid("memories")
        .build()
        .predictions()
        .map(answer -> "" + answer.event().id)
        .returns(Types.STRING)
        .map(new Collected(run))
        .sinkTo(new DiscardingSink<>());
    return env.executeAsync(run);
  }

  private static List<String> all() {
    return LongStream.range(0, SENT).mapToObj(Long::toString).toList();
  }

  @Test
  void theEndOfTheInputReleasesAll() throws Exception {
    start("idle end", SENT, 2 * SENT).getJobExecutionResult().get(60, TimeUnit.SECONDS);
    assertThat(Collected.lines("idle end")).containsExactlyElementsOf(all());
  }

  @Test
  void aDrainReleasesAll() throws Exception {
    JobClient job = start("idle drain", 2 * SENT, SENT);
    Collected.await("idle drain", SENT - HELD_MINUTES);
    assertThat(Collected.lines("idle drain")).hasSize(SENT - HELD_MINUTES);
    job.stopWithSavepoint(true, folder.toUri().toString(), SavepointFormatType.CANONICAL)
        .get(60, TimeUnit.SECONDS);
    assertThat(Collected.lines("idle drain")).containsExactlyElementsOf(all());
  }
}
