package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EngineThreads;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.JobResults;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stream out of order gives the same bits as in order. */
public class EventTimeITCase {
  private static final int TRIPS = 900;
  private static final int PER_CHECKPOINT = 300;

  /** More than the trips are ever behind. */
  private static final Duration LATENESS = Duration.ofDays(2);

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  /** Minutes late or early, to the minute, so that many trips of a key have one time. */
  public static Trip outOfOrder(Trip trip) {
    trip.time = trip.time / 60_000 * 60_000 + trip.id * 7919 % 30 * 60_000;
    return trip;
  }

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, rocksdb, 2, false, false, OWN",
    "SCHEMA_TRANSFORMER, hashmap, 4, true, true, TASK",
    "TRANSFORMER, rocksdb, 1, true, true, OWN"
  })
  void aStreamOutOfOrderIsAnsweredAsTheSortedOne(
      TestModel model,
      String backend,
      int parallelism,
      boolean reuse,
      boolean unaligned,
      EngineThreads thread)
      throws Exception {
    long seed = Seeds.seed(51);
    String run = model + " " + backend + " out of order, " + Seeds.replay(seed);
    StreamExecutionEnvironment env =
        TestJobs.checkpointing(backend, folder, parallelism, reuse, unaligned);
    DataStream<Trip> trips =
        TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT)
            .map(new Saboteur<Trip>(run, "before", PER_CHECKPOINT + 77, trip -> trip.id))
            .returns(OperatorHarness.TRIP)
            .setParallelism(1)
            .map(EventTimeITCase::outOfOrder)
            .returns(OperatorHarness.TRIP)
            .setParallelism(1)
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Trip>forMonotonousTimestamps()
                    .withTimestampAssigner((trip, before) -> trip.time))
            .setParallelism(1);
    FastWeightStream<Trip> stream =
        model
            .on(FastWeights.on(trips.keyBy(Trip::key)))
            .set(FastWeightOptions.BATCH_SIZE, 16)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .set(FastWeightOptions.ENGINE_THREAD, thread)
            .eventTime(LATENESS)
            .uid("memories")
            .build();
    List<String> lines =
        JobResults.of(
            TestJobs.lines(stream)
                .union(stream.late().map(trip -> trip.id + " late").returns(String.class)),
            run);

    List<Trip> sorted =
        Trips.stream(seed, TRIPS).stream()
            .map(EventTimeITCase::outOfOrder)
            .sorted(Comparator.comparingLong(trip -> trip.time))
            .toList();
    assertThat(Answers.sorted(lines))
        .as(run)
        .isEqualTo(Answers.sorted(model.oracle().answers(sorted)));
    assertThat(Saboteur.restored(run)).as("restored from checkpoints, " + run).isNotEmpty();
  }
}
