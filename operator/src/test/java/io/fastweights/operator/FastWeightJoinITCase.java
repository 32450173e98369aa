package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.runtime.EventTimeITCase;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Either;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions and facts in two streams, in event time, with the scores of their answers. */
class FastWeightJoinITCase {
  private static final int TRIPS = 900;
  private static final int PER_CHECKPOINT = 300;
  private static final Comparator<Trip> ORDER =
      Comparator.<Trip>comparingLong(trip -> trip.time).thenComparing(trip -> !trip.ask);

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  /** An ask is answered by the next observe of its key and user. */
  private static final EventReader<Trip> QUESTIONS =
      (trip, event) -> {
        long time = event.timestamp();
        Trips.read(trip, event);
        event.timestamp(time).id(trip.user);
      };

  private static final EventReader<Trip> FACTS =
      (trip, event) -> {
        Trips.read(trip, event);
        event.id(trip.user);
      };

  private static Trip trip(Trip trip) {
    EventTimeITCase.outOfOrder(trip);
    trip.key = "k" + trip.id % 5;
    return trip;
  }

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, rocksdb, 2, true, false",
    "SCHEMA_TRANSFORMER, hashmap, 3, false, true"
  })
  void twoStreamsAreAnsweredAndScoredAsOneSortedLoop(
      TestModel model, String backend, int parallelism, boolean reuse, boolean unaligned)
      throws Exception {
    long seed = Seeds.seed(61);
    String run = model + " " + backend + " questions and facts, " + Seeds.replay(seed);
    StreamExecutionEnvironment env =
        TestJobs.checkpointing(backend, folder, parallelism, reuse, unaligned);
    DataStream<Trip> trips =
        Saboteur.before(TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT), run, PER_CHECKPOINT + 99)
            .map(FastWeightJoinITCase::trip)
            .returns(OperatorHarness.TRIP)
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
        model
            .on(FastWeights.on(questions))
            .schema(Trips.schema(), QUESTIONS)
            .set(FastWeightOptions.BATCH_SIZE, 16)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .eventTime(Duration.ofDays(2))
            .uid("memories")
            .buildWithFacts(facts, FACTS);

    List<String> lines = new ArrayList<>();
    List<String> scores = new ArrayList<>();
    JobResults.of(lines(join), run)
        .forEach(line -> (line.startsWith("scored ") ? scores : lines).add(line));

    List<Trip> sorted =
        Trips.stream(seed, TRIPS).stream().map(FastWeightJoinITCase::trip).sorted(ORDER).toList();
    List<String> expected = model.oracle().answers(sorted);
    assertThat(Answers.sorted(lines)).as(run).isEqualTo(Answers.sorted(expected));
    assertThat(scores).as(run).containsExactlyInAnyOrderElementsOf(scores(sorted, expected));
    assertThat(scores).anyMatch(line -> line.contains("asked true"));
    assertThat(Saboteur.restored(run)).as("restored from checkpoints, " + run).isNotEmpty();
  }

  private static DataStream<String> lines(FastWeightJoin<Trip, Trip> join) {
    return join.questions()
        .map(prediction -> Answers.of(prediction))
        .returns(Types.STRING)
        .union(
            join.facts().map(prediction -> Answers.of(prediction)).returns(Types.STRING),
            join.all()
                .malformed()
                .map(malformed -> Answers.refusal(either(malformed.event())))
                .returns(Types.STRING),
            join.all().late().map(late -> either(late).id + " late").returns(Types.STRING),
            join.all().scored().map(FastWeightJoinITCase::line).returns(Types.STRING));
  }

  private static Trip either(Either<Trip, Trip> trip) {
    return trip.isLeft() ? trip.left() : trip.right();
  }

  private static String line(Scored<Either<Trip, Trip>> scored) {
    StringBuilder values = new StringBuilder();
    for (float value : scored.predicted()) {
      values.append(' ').append(HexFormat.of().toHexDigits(Float.floatToRawIntBits(value)));
    }
    return String.format(
        Locale.ROOT,
        "scored %d asked %s:%s at %d",
        either(scored.event()).id,
        scored.asked(),
        values,
        scored.predictedAt());
  }

  /** The log that the answers make, in order. */
  private static List<String> scores(List<Trip> sorted, List<String> answers) {
    Map<String, String> asked = new HashMap<>();
    List<String> scores = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      Trip trip = sorted.get(i);
      String answer = answers.get(i);
      if (answer.endsWith("malformed")) {
        continue;
      }
      String id = trip.key + " " + trip.user;
      if (trip.ask) {
        asked.put(id, answer);
      } else {
        String then = asked.remove(id);
        String from = then == null ? answer : then;
        scores.add(
            String.format(
                Locale.ROOT,
                "scored %d asked %s:%s at %s",
                trip.id,
                then != null,
                from.split("(observed|asked):")[1].split(" recall")[0],
                from.split(" at ")[1].split(" ")[0]));
      }
    }
    return scores;
  }
}
