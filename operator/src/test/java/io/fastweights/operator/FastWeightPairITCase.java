package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.runtime.EventTimeITCase;
import io.fastweights.operator.scoring.AnomalyDetector;
import io.fastweights.operator.scoring.RatedError;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Collected;
import io.fastweights.operator.testkit.JobResults;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.PairOracle;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A memory at both keys: every event is answered once, with the bits of two plain loops, out of
 * order, through two failures and for any parallelism, batch size, cache and backend.
 */
class FastWeightPairITCase {
  private static final int TRIPS = 600;
  private static final int PER_CHECKPOINT = 200;

  /** More than the minutes that a trip is moved by. */
  private static final Duration DISORDER = Duration.ofMinutes(31);

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  private static boolean isToday(Trip trip) {
    return trip.time >= Trips.START + trip.id * 60_000;
  }

  /** Trips out of order, many of one time, none of them late. */
  private static DataStream<Trip> timed(DataStream<Trip> trips) {
    trips.getExecutionEnvironment().getConfig().setAutoWatermarkInterval(5);
    return trips
        .filter(FastWeightPairITCase::isToday)
        .setParallelism(1)
        .map(EventTimeITCase::outOfOrder)
        .returns(OperatorHarness.TRIP)
        .setParallelism(1)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Trip>forBoundedOutOfOrderness(DISORDER)
                .withTimestampAssigner((trip, before) -> trip.time))
        .setParallelism(1);
  }

  private static List<String> expected(long seed, PairOracle oracle) {
    return oracle.answers(
        Trips.stream(seed, TRIPS).stream()
            .filter(FastWeightPairITCase::isToday)
            .map(EventTimeITCase::outOfOrder)
            .toList());
  }

  private static DataStream<String> lines(
      FastWeightPairStream<Trip> stream, DataStream<Prediction<Trip>> predictions) {
    return predictions
        .map(Answers::of)
        .returns(Types.STRING)
        .union(
            stream.malformed().map(Answers::of).returns(Types.STRING),
            stream.late().map(trip -> trip.id + " late").returns(Types.STRING));
  }

  @ParameterizedTest
  @CsvSource({
    "associative, rocksdb, 2, 7, false, false, PT0S, PT3H",
    "prior, hashmap, 4, 64, true, true, PT1H, PT0S",
    "per row, rocksdb, 3, 16, true, false, PT1H, PT3H",
    "trained, rocksdb, 4, 16, false, false, PT1H, PT0S"
  })
  void everyEventIsAnsweredOnceWithTheBitsOfTwoPlainLoops(
      String model,
      String backend,
      int parallelism,
      int batchSize,
      boolean reuse,
      boolean unaligned,
      Duration ttl,
      Duration halfLife)
      throws Exception {
    long seed = Seeds.seed(71);
    String run =
        "pair "
            + model
            + " "
            + backend
            + " "
            + parallelism
            + " "
            + unaligned
            + ", "
            + Seeds.replay(seed);
    StreamExecutionEnvironment env =
        TestJobs.checkpointing(backend, folder, parallelism, reuse, unaligned);
    DataStream<Trip> trips =
        Saboteur.before(TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT), run, PER_CHECKPOINT + 77);
    PairOracle oracle = oracle(model);
    FastWeightPairStream<Trip> stream =
        oracle
            .on(FastWeights.on(timed(trips)))
            .set(FastWeightOptions.BATCH_SIZE, batchSize)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .set(FastWeightOptions.FOLD_THRESHOLD, 0.2)
            .set(FastWeightOptions.TTL, ttl)
            .set(FastWeightOptions.HALF_LIFE, halfLife)
            .uid("memories")
            .build();
    DataStream<Prediction<Trip>> predictions =
        Saboteur.behind(stream.predictions(), run, 2 * PER_CHECKPOINT + 33);

    List<String> lines = JobResults.of(lines(stream, predictions), run);

    assertThat(Answers.sorted(lines))
        .as(run)
        .isEqualTo(expected(seed, oracle.fading(ttl.toMillis(), halfLife.toMillis())));
    assertThat(lines).as("the stream has malformed events").anyMatch(l -> l.endsWith("malformed"));
    assertThat(Saboteur.failures(run)).as(run).containsExactly("before", "behind");
    assertThat(Saboteur.restored(run)).as("restored from checkpoints, " + run).isNotEmpty();
  }

  private static PairOracle oracle(String model) {
    return switch (model) {
      case "trained" -> PairOracle.trained();
      case "per row" -> new PairOracle(true, StepSizes.PER_ROW);
      default -> new PairOracle(model.equals("prior"), StepSizes.CONSTANT);
    };
  }

  @Test
  void aLabelIsScoredAgainstTheAnswerToItsAsk() throws Exception {
    StreamExecutionEnvironment env = TestJobs.checkpointing("hashmap", folder, 2, false, false);
    DataStream<Trip> trips =
        env.fromData(trip(0, 0), trip(1, 1), trip(2, 2).asked(), trip(3, 3), trip(2, 4))
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Trip>forMonotonousTimestamps()
                    .withTimestampAssigner((trip, before) -> trip.time));
    FastWeightPairStream<Trip> stream =
        new PairOracle(false, StepSizes.CONSTANT).on(FastWeights.on(trips)).build();
    List<String> lines =
        JobResults.of(
            stream
                .predictions()
                .filter(prediction -> !prediction.observed())
                .map(asked -> "asked" + Answers.bits(asked.values()))
                .returns(Types.STRING)
                .union(
                    stream
                        .scored()
                        .filter(scored -> scored.asked())
                        .map(scored -> "scored" + Answers.bits(scored.predicted()))
                        .returns(Types.STRING)),
            "scored pair");
    assertThat(lines.stream().map(line -> line.replaceAll("^\\w+", "")).distinct())
        .as("%s", lines)
        .hasSize(1);
    assertThat(lines).hasSize(2).anyMatch(line -> line.startsWith("scored"));
  }

  /** A key is rated after its first 50 errors. */
  private static Trip ofFewUsers(Trip trip) {
    trip.user = Trips.NOBODY.equals(trip.user) ? trip.user : "u" + trip.id % 3;
    return trip;
  }

  /** Ratings of the errors of the sum, by a detector for each second key. */
  @ParameterizedTest
  @CsvSource({"associative, hashmap, 1", "trained, rocksdb, 3"})
  @SuppressWarnings("try")
  void errorsAreRatedByThoseOfTheSecondKey(String model, String backend, int parallelism)
      throws Exception {
    long seed = Seeds.seed(73);
    String run = "rated pair " + model + ", " + Seeds.replay(seed);
    StreamExecutionEnvironment env =
        TestJobs.checkpointing(backend, folder, parallelism, false, false);
    DataStream<Trip> trips =
        TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT)
            .map(FastWeightPairITCase::ofFewUsers)
            .returns(OperatorHarness.TRIP)
            // In the order of the source, in which no event is late.
            .setParallelism(1);
    FastWeightPairStream<Trip> stream =
        oracle(model).on(FastWeights.on(timed(trips))).uid("memories").build();
    List<Anomaly<Trip>> rated = new ArrayList<>();
    try (CloseableIterator<Anomaly<Trip>> anomalies = stream.anomalies().executeAndCollect(run)) {
      anomalies.forEachRemaining(rated::add);
    }

    Map<String, double[]> states = new HashMap<>();
    AnomalyDetector detector =
        new AnomalyDetector(FastWeightOptions.FALSE_ALARM_RATE.defaultValue());
    int scores = 0;
    for (Anomaly<Trip> anomaly : rated) {
      Prediction<Trip> prediction = anomaly.prediction();
      Double expected = Double.NaN;
      if (prediction.observed()) {
        double error =
            model.equals("trained") ? prediction.recallError() : RatedError.absolute(prediction);
        double[] state =
            states.computeIfAbsent(prediction.event().user, key -> AnomalyDetector.start());
        expected = detector.add(error, state);
        assertThat(anomaly.isAnomaly()).as(run).isEqualTo(AnomalyDetector.isAlarm(state));
      }
      assertThat(anomaly.anomaly()).as("%s, %s", prediction, run).isEqualTo(expected);
      scores += expected > 0 ? 1 : 0;
    }
    assertThat(scores).as("scores above 0, %s", run).isPositive();
  }

  private static Trip trip(long id, long minute) {
    Trip trip = new Trip(id, "k", Trips.START + minute * 60_000);
    trip.user = "u";
    trip.label = "trip " + id;
    return trip;
  }

  @ParameterizedTest
  @ValueSource(strings = {"prior", "trained"})
  void theBitsAreTheSameThroughEveryRescaling(String model) throws Exception {
    long seed = Seeds.seed(72);
    PairOracle oracle = oracle(model);
    String run = "pair " + model + " rescaled, " + Seeds.replay(seed);
    String one = stop(start(run, oracle, seed, 1, null, PER_CHECKPOINT), run, 120);
    String four = stop(start(run, oracle, seed, 4, one, PER_CHECKPOINT), run, 270);
    start(run, oracle, seed, 2, four, TRIPS).getJobExecutionResult().get(60, TimeUnit.SECONDS);

    assertThat(Answers.sorted(List.copyOf(Collected.lines(run))))
        .as(run)
        .isEqualTo(expected(seed, oracle));
  }

  /** The source gives so many trips and then waits. */
  private JobClient start(
      String run, PairOracle oracle, long seed, int parallelism, String savepoint, int trips)
      throws Exception {
    StreamExecutionEnvironment env = TestJobs.restored("rocksdb", folder, parallelism, savepoint);
    FastWeightPairStream<Trip> stream =
        oracle
            .on(FastWeights.on(timed(TestJobs.trips(env, seed, TRIPS, trips))))
            .set(FastWeightOptions.BATCH_SIZE, 16)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .uid("memories")
            .build();
    lines(stream, stream.predictions()).map(new Collected(run)).sinkTo(new DiscardingSink<>());
    return env.executeAsync(run);
  }

  private String stop(JobClient job, String run, int answers) throws Exception {
    Collected.await(run, answers);
    return TestJobs.stop(job, folder, SavepointFormatType.CANONICAL);
  }
}
