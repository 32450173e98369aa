package io.fastweights.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.FastWeightJoin;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.RefusedModel;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Collected;
import io.fastweights.operator.testkit.JobResults;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.operator.testkit.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Jobs whose weights change while they run. The time at which a subtask gets new weights is random;
 * given the version of each answer, every answer has the bits of the plain loop.
 */
class RefreshITCase {
  private static final int TRIPS = 900;
  private static final int PER_CHECKPOINT = 300;
  private static final TestModel MODEL = TestModel.SCHEMA_TRANSFORMER;

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  private final Map<Long, SlowWeights> versions = new HashMap<>();

  private ModelUpdate update(long version, SlowWeights weights) throws Exception {
    versions.put(version, weights);
    Path file = folder.resolve("weights-" + version);
    WeightsFile.write(weights, file);
    return ModelUpdate.of(file.toUri().toString(), version);
  }

  /** After so many updates the source waits for a checkpoint. */
  private static DataStream<ModelUpdate> updates(
      StreamExecutionEnvironment env, List<ModelUpdate> updates, int perCheckpoint) {
    List<ModelUpdate> all = new ArrayList<>(updates);
    GeneratorFunction<Long, ModelUpdate> generator = i -> all.get(i.intValue());
    DataGeneratorSource<ModelUpdate> source =
        new DataGeneratorSource<>(
            generator,
            all.size(),
            RateLimiterStrategy.perCheckpoint(perCheckpoint),
            ModelUpdate.type());
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), "updates")
        .setParallelism(1)
        .uid("updates");
  }

  private static String line(Prediction<Trip> prediction) {
    return Answers.of(prediction) + " by " + prediction.modelVersion();
  }

  private static DataStream<String> lines(FastWeightStream<Trip> stream) {
    return stream
        .predictions()
        .map(RefreshITCase::line)
        .returns(Types.STRING)
        .union(stream.malformed().map(Answers::of).returns(Types.STRING));
  }

  private static long version(String line) {
    return line.contains(" by ") ? Long.parseLong(line.split(" by ")[1]) : -1;
  }

  /** Compares with the plain loop, where each trip uses the weights named in its line. */
  private void assertThatTheyAreThePlainLoops(List<String> lines, List<Trip> trips, String run) {
    Map<Long, String> byId = new HashMap<>();
    lines.forEach(line -> assertThat(byId.put(Answers.id(line), line)).as(line).isNull());
    List<String> expected = new ArrayList<>();
    List<String> actual = new ArrayList<>();
    Map<String, Oracle> oracles = new HashMap<>();
    Map<String, Long> serving = new HashMap<>();
    for (Trip trip : trips) {
      String line = byId.get(trip.id);
      assertThat(line).as("answer to %d, %s", trip.id, run).isNotNull();
      Oracle oracle = oracles.computeIfAbsent(trip.key, key -> MODEL.oracle());
      long version = Math.max(version(line), serving.getOrDefault(trip.key, 0L));
      if (!Long.valueOf(version).equals(serving.put(trip.key, version)) && version > 0) {
        oracle.refresh(versions.get(version));
      }
      expected.add(oracle.answer(trip));
      actual.add(line.split(" by ")[0]);
    }
    assertThat(actual).as(run).isEqualTo(expected);
    assertThat(oracles).hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @CsvSource({"hashmap, 2, false", "rocksdb, 3, true"})
  void aFailureLosesNeitherWeightsNorMemories(String backend, int parallelism, boolean unaligned)
      throws Exception {
    long seed = Seeds.seed(71);
    String run = backend + " refreshed, " + Seeds.replay(seed);
    StreamExecutionEnvironment env = env(backend, parallelism, unaligned);
    List<ModelUpdate> all = new ArrayList<>();
    for (int version = 1; version <= 5; version++) {
      all.add(update(version, MODEL.weights(100 + version)));
    }
    DataStream<Trip> trips =
        Saboteur.before(TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT), run, PER_CHECKPOINT + 77);
    FastWeightStream<Trip> stream =
        MODEL
            .on(FastWeights.on(trips.keyBy(Trip::key)))
            .refresh(updates(env, all, 1))
            .set(FastWeightOptions.BATCH_SIZE, 16)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .set(FastWeightOptions.LINGER, Duration.ofMillis(5))
            .uid("memories")
            .build();
    List<String> lines = JobResults.of(lines(stream), run);
    assertThatTheyAreThePlainLoops(lines, Trips.stream(seed, TRIPS), run);
    assertThat(lines.stream().map(RefreshITCase::version).distinct().filter(v -> v >= 0))
        .hasSizeGreaterThan(1);
    assertThat(Saboteur.restored(run)).as("restored from checkpoints, " + run).isNotEmpty();
  }

  private StreamExecutionEnvironment env(String backend, int parallelism, boolean unaligned) {
    return TestJobs.checkpointing(backend, folder, parallelism, unaligned, unaligned);
  }

  /** Two streams into one sorted by event time, with weights that change. */
  @Test
  void questionsAndFactsInEventTimeAreAnsweredByChangingWeights() throws Exception {
    long seed = Seeds.seed(73);
    String run = "questions and facts refreshed, " + Seeds.replay(seed);
    StreamExecutionEnvironment env = env("hashmap", 2, false);
    List<ModelUpdate> all = new ArrayList<>();
    for (int version = 1; version <= 4; version++) {
      all.add(update(version, MODEL.weights(200 + version)));
    }
    DataStream<Trip> trips =
        TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT)
            .filter(trip -> trip.time >= Trips.START)
            .setParallelism(1)
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Trip>forMonotonousTimestamps()
                    .withTimestampAssigner((trip, before) -> trip.time))
            .setParallelism(1);
    KeyedStream<Trip, String> questions =
        trips.filter(trip -> trip.ask).setParallelism(1).keyBy(Trip::key);
    KeyedStream<Trip, String> facts =
        trips.filter(trip -> !trip.ask).setParallelism(1).keyBy(Trip::key);
    FastWeightJoin<Trip, Trip> join =
        MODEL
            .on(FastWeights.on(questions))
            .refresh(updates(env, all, 1))
            .eventTime(Duration.ofMinutes(5))
            .uid("memories")
            .buildWithFacts(facts, Trips::read);
    List<String> lines =
        JobResults.of(
            join.questions()
                .map(RefreshITCase::line)
                .returns(Types.STRING)
                .union(
                    join.facts().map(RefreshITCase::line).returns(Types.STRING),
                    join.all()
                        .malformed()
                        .map(
                            m ->
                                Answers.refusal(
                                    m.event().isLeft() ? m.event().left() : m.event().right()))
                        .returns(Types.STRING),
                    join.all().refusedModels().map(RefusedModel::toString).returns(Types.STRING)),
            run);
    List<Trip> sorted =
        Trips.stream(seed, TRIPS).stream()
            .filter(trip -> trip.time >= Trips.START)
            .sorted(
                Comparator.<Trip>comparingLong(trip -> trip.time).thenComparing(trip -> !trip.ask))
            .toList();
    assertThatTheyAreThePlainLoops(lines, sorted, run);
    assertThat(lines.stream().map(RefreshITCase::version)).anyMatch(version -> version > 1);
  }

  @ParameterizedTest
  @CsvSource({"rocksdb, NATIVE", "hashmap, CANONICAL"})
  void savepointsCarryTheWeightsToAnyParallelismWithoutTheirFiles(
      String backend, SavepointFormatType format) throws Exception {
    long seed = Seeds.seed(79);
    String run = backend + " refreshed and rescaled, " + Seeds.replay(seed);
    Path cut = folder.resolve("cut");
    List<ModelUpdate> all =
        List.of(
            update(2, MODEL.weights(300)),
            ModelUpdate.of(folder.resolve("missing").toUri().toString(), 3),
            update(4, Weights.ofAnotherShape(1)).orReset(),
            update(4, Weights.ofAnotherShape(1)),
            update(5, Weights.ofAnotherShape(2)),
            ModelUpdate.of(cut.toUri().toString(), 6));
    byte[] file = Files.readAllBytes(folder.resolve("weights-5"));
    Files.write(cut, java.util.Arrays.copyOf(file, file.length - 1));

    String two = stop(start(backend, run, seed, 2, null, all, 2), run, 1, format);
    Files.delete(folder.resolve("weights-2"));
    String one = stop(start(backend, run, seed, 1, two, all, 2), run, 2, format);
    Files.delete(folder.resolve("weights-4"));
    start(backend, run, seed, 3, one, all, TRIPS).getJobExecutionResult().get(60, TimeUnit.SECONDS);

    List<String> lines = List.copyOf(Collected.lines(run));
    assertThatTheyAreThePlainLoops(lines, Trips.stream(seed, TRIPS), run);
    assertThat(lines.stream().filter(line -> Answers.id(line) >= 300))
        .allMatch(line -> version(line) == -1 || version(line) >= 2);
    assertThat(lines.stream().filter(line -> Answers.id(line) >= 600))
        .allMatch(line -> version(line) == -1 || version(line) >= 4);
    assertThat(Collected.lines(run + " refused"))
        .satisfiesExactly(
            message -> assertThat(message).contains("missing"),
            message -> assertThat(message).contains("version is 4, must be above 4"),
            message -> assertThat(message).contains("cut"));
  }

  /** The sources give so many updates, and 150 trips for each, and then wait. */
  private JobClient start(
      String backend,
      String run,
      long seed,
      int parallelism,
      String savepoint,
      List<ModelUpdate> all,
      int most)
      throws Exception {
    StreamExecutionEnvironment env = TestJobs.restored(backend, folder, parallelism, savepoint);
    FastWeightStream<Trip> stream =
        MODEL
            .on(FastWeights.on(TestJobs.trips(env, seed, TRIPS, 150 * most).keyBy(Trip::key)))
            .refresh(updates(env, all, most))
            .set(FastWeightOptions.BATCH_SIZE, 16)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .set(FastWeightOptions.LINGER, Duration.ofMillis(5))
            .uid("memories")
            .build();
    lines(stream).map(new Collected(run)).sinkTo(new DiscardingSink<>());
    stream
        .refusedModels()
        .map(RefusedModel::toString)
        .returns(Types.STRING)
        .map(new Collected(run + " refused"))
        .sinkTo(new DiscardingSink<>());
    return env.executeAsync(run);
  }

  private String stop(JobClient job, String run, int stage, SavepointFormatType format)
      throws Exception {
    Collected.await(run, 300 * stage);
    Collected.await(run + " refused", stage);
    return TestJobs.stop(job, folder, format);
  }
}
