package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Collected;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Savepoints carry every memory to another parallelism. */
class RescaleITCase {
  private static final int TRIPS = 900;

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, rocksdb, CANONICAL",
    "SCHEMA_TRANSFORMER, rocksdb, NATIVE",
    "SCHEMA_TRANSFORMER, hashmap, CANONICAL",
    "ASSOCIATIVE, hashmap, NATIVE",
    "RUNNING_STATISTICS, rocksdb, CANONICAL",
    "PRIOR, hashmap, NATIVE",
    "STEP_SIZES_PER_ROW, rocksdb, NATIVE"
  })
  void theBitsAreTheSameThroughEveryRescaling(
      TestModel model, String backend, SavepointFormatType format) throws Exception {
    long seed = Seeds.seed(31);
    String run = model + " " + backend + " " + format + ", " + Seeds.replay(seed);
    String one = stop(start(model, backend, run, seed, 1, null, 300), run, 300, format);
    String four = stop(start(model, backend, run, seed, 4, one, 300), run, 600, format);
    start(model, backend, run, seed, 2, four, TRIPS)
        .getJobExecutionResult()
        .get(60, TimeUnit.SECONDS);

    List<String> expected = model.oracle().answers(Trips.stream(seed, TRIPS));
    assertThat(Answers.sorted(List.copyOf(Collected.lines(run)))).as(run).isEqualTo(expected);
  }

  /** The source gives so many trips and then waits. */
  private JobClient start(
      TestModel model,
      String backend,
      String run,
      long seed,
      int parallelism,
      String savepoint,
      int trips)
      throws Exception {
    StreamExecutionEnvironment env = TestJobs.restored(backend, folder, parallelism, savepoint);
    FastWeightStream<Trip> stream =
        model
            .on(FastWeights.on(TestJobs.trips(env, seed, TRIPS, trips).keyBy(Trip::key)))
            .set(FastWeightOptions.BATCH_SIZE, 16)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .set(FastWeightOptions.FOLD_THRESHOLD, 0.2)
            .set(FastWeightOptions.LINGER, Duration.ofMillis(50))
            .uid("memories")
            .build();
    TestJobs.lines(stream).map(new Collected(run)).sinkTo(new DiscardingSink<>());
    return env.executeAsync(run);
  }

  private String stop(JobClient job, String run, int answers, SavepointFormatType format)
      throws Exception {
    Collected.await(run, answers);
    return TestJobs.stop(job, folder, format);
  }
}
