package io.fastweights.operator.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.JobResults;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.operator.testkit.Weights;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A candidate beside the live weights: each answers as if it were alone. */
class ShadowITCase {
  private static final int TRIPS = 900;
  private static final int PER_CHECKPOINT = 300;
  private static final TestModel MODEL = TestModel.SCHEMA_TRANSFORMER;

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  /** An ask is answered by the next observe of its key and user. */
  private static final EventReader<Trip> READER =
      (trip, event) -> {
        Trips.read(trip, event);
        event.id(trip.user);
      };

  private StreamExecutionEnvironment env(String backend, int parallelism) {
    return TestJobs.checkpointing(backend, folder, parallelism, parallelism > 1, false);
  }

  private static FastWeights<Trip> builder(StreamExecutionEnvironment env, String run, long seed) {
    DataStream<Trip> trips =
        Saboteur.before(TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT), run, PER_CHECKPOINT + 77);
    return MODEL
        .on(FastWeights.on(trips.keyBy(Trip::key)))
        .schema(Trips.schema(), READER)
        .set(FastWeightOptions.BATCH_SIZE, 16)
        .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
        .set(FastWeightOptions.LINGER, Duration.ofMillis(5))
        .uid("memories");
  }

  private static Oracle oracle(SlowWeights weights) {
    return new Oracle(
        SlowModel.of(weights), Trips.schema(), weights.inputs(Trips.schema()), READER);
  }

  private static String line(Prediction<Prediction<Trip>> answer) {
    return Answers.line(
        answer.event().event(),
        answer.timestamp(),
        answer.observed(),
        answer.values(),
        answer.recallError());
  }

  private static String values(float[] values) {
    return Answers.bits(values).strip();
  }

  private static String line(Compared<Trip> compared) {
    float[] target = compared.target();
    int truth = target[0] == 1 ? 0 : target[1] == 1 ? 1 : 2;
    assertThat(compared.liveLoss()).isCloseTo(-Math.log(compared.live()[truth]), within(1e-6));
    assertThat(compared.candidateLoss())
        .isCloseTo(-Math.log(compared.candidate()[truth]), within(1e-6));
    return String.format(
        Locale.ROOT,
        "compared %d asked %s live %s candidate %s",
        compared.event().id,
        compared.asked(),
        values(compared.live()),
        values(compared.candidate()));
  }

  /** The rows that the answers make, which are in the order of the trips. */
  private static List<String> compared(List<Trip> trips, List<String> live, List<String> shadow) {
    Map<String, Integer> asked = new HashMap<>();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < trips.size(); i++) {
      Trip trip = trips.get(i);
      if (live.get(i).endsWith("malformed")) {
        continue;
      }
      String id = trip.key + " " + trip.user;
      if (trip.ask) {
        asked.put(id, i);
        continue;
      }
      Integer then = asked.remove(id);
      int from = then == null ? i : then;
      rows.add(
          String.format(
              Locale.ROOT,
              "compared %d asked %s live %s candidate %s",
              trip.id,
              then != null,
              live.get(from).split("(observed|asked): ")[1].split(" r")[0],
              shadow.get(from).split("(observed|asked): ")[1].split(" r")[0]));
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({"hashmap, 1, false", "rocksdb, 2, true"})
  void bothAnswerAsIfAloneAndAreComparedEventByEvent(
      String backend, int parallelism, boolean otherShape) throws Exception {
    long seed = Seeds.seed(83);
    String run = backend + " with a shadow, " + Seeds.replay(seed);
    SlowWeights candidate = otherShape ? Weights.ofAnotherShape(3) : MODEL.weights(400);
    FastWeightStream<Trip> stream =
        builder(env(backend, parallelism), run, seed).shadow(candidate).build();
    List<String> lines = new ArrayList<>();
    List<String> shadows = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    JobResults.of(
            TestJobs.lines(stream)
                .union(
                    stream
                        .shadow()
                        .predictions()
                        .map(p -> "shadow " + line(p))
                        .returns(Types.STRING),
                    stream.shadow().compared().map(ShadowITCase::line).returns(Types.STRING)),
            run)
        .forEach(
            line ->
                (line.startsWith("shadow ") ? shadows : line.startsWith("comp") ? rows : lines)
                    .add(line.replace("shadow ", "")));

    List<Trip> trips = Trips.stream(seed, TRIPS);
    List<String> live = MODEL.oracle().answers(trips);
    List<String> shadow = oracle(candidate).answers(trips);
    assertThat(Answers.sorted(lines)).as(run).isEqualTo(live);
    assertThat(Answers.sorted(shadows))
        .as(run)
        .isEqualTo(shadow.stream().filter(line -> !line.endsWith("malformed")).toList());
    assertThat(rows)
        .as(run)
        .containsExactlyInAnyOrderElementsOf(compared(trips, live, shadow))
        .anyMatch(row -> row.contains("asked true"));
    assertThat(Saboteur.restored(run)).as("restored from checkpoints, " + run).isNotEmpty();
  }

  @Test
  void candidatesComeWhileTheJobRuns() throws Exception {
    long seed = Seeds.seed(89);
    String run = "candidates come, " + Seeds.replay(seed);
    SlowWeights candidate = Weights.ofAnotherShape(3);
    Path file = folder.resolve("candidate");
    WeightsFile.write(candidate, file);
    StreamExecutionEnvironment env = env("hashmap", 2);
    List<ModelUpdate> updates =
        new ArrayList<>(
            List.of(
                ModelUpdate.of(file.toUri().toString(), 1),
                ModelUpdate.of(file.toUri().toString(), 2).orReset()));
    FastWeightStream<Trip> stream = builder(env, run, seed).shadow(updates(env, updates)).build();
    List<String> lines =
        JobResults.of(
            stream
                .shadow()
                .predictions()
                .map(p -> line(p) + " by " + p.modelVersion() + " for " + p.event().modelVersion())
                .returns(Types.STRING)
                .union(
                    stream
                        .shadow()
                        .refusedModels()
                        .map(refused -> "refused " + refused.reason())
                        .returns(Types.STRING)),
            run);

    Oracle live = MODEL.oracle();
    Map<String, Oracle> oracles = new HashMap<>();
    List<String> expected = new ArrayList<>();
    Map<Long, String> byId = new HashMap<>();
    lines.stream()
        .filter(line -> !line.startsWith("refused"))
        .forEach(line -> byId.put(Answers.id(line), line));
    for (Trip trip : Trips.stream(seed, TRIPS)) {
      String line = byId.getOrDefault(trip.id, "");
      Oracle oracle = oracles.computeIfAbsent(trip.key, key -> MODEL.oracle());
      if (line.contains(" by 2") && oracle.model().memory().layers() == 2) {
        oracle = oracle(candidate);
        oracles.put(trip.key, oracle);
      }
      // Candidates do not receive events that the live model refuses, such as late ones.
      if (live.answer(trip).endsWith("malformed")) {
        continue;
      }
      String answer = oracle.answer(trip);
      if (!answer.endsWith("malformed")) {
        expected.add(answer);
        assertThat(line.split(" by ")[0]).as(run).isEqualTo(answer);
        assertThat(line).endsWith(" for 0");
      }
    }
    assertThat(byId).hasSameSizeAs(expected);
    assertThat(lines).filteredOn(line -> line.startsWith("refused")).hasSize(1);
    assertThat(lines).anyMatch(line -> line.contains(" by 2 for 0"));
  }

  /** The mark of a forgotten key goes through the network where candidates come on a stream. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKeyThatIsForgottenIsForgottenByTheCandidateToo(boolean come) throws Exception {
    long seed = Seeds.seed(97);
    String run = "forgotten, candidates come: " + come + ", " + Seeds.replay(seed);
    List<Trip> trips = Trips.stream(seed, 120);
    for (int i = 7; i < trips.size(); i += 9) {
      trips.get(i).user = Trips.FORGOTTEN;
    }
    StreamExecutionEnvironment env = env("hashmap", 2);
    FastWeights<Trip> builder =
        MODEL
            .on(
                FastWeights.on(
                    env.fromData(trips, OperatorHarness.TRIP).setParallelism(1).keyBy(Trip::key)))
            .schema(Trips.schema(), READER)
            .set(FastWeightOptions.BATCH_SIZE, 16)
            .uid("memories");
    if (come) {
      builder.shadow(updates(env, List.of(ModelUpdate.of("file:///nowhere", 1))));
    } else {
      builder.shadow(MODEL.weights(400));
    }
    FastWeightStream<Trip> stream = builder.build();
    List<String> lines =
        JobResults.of(
            stream.shadow().predictions().map(ShadowITCase::line).returns(Types.STRING), run);

    Oracle live = MODEL.oracle();
    Oracle candidate = come ? MODEL.oracle() : oracle(MODEL.weights(400));
    List<String> expected = new ArrayList<>();
    int forgotten = 0;
    for (Trip trip : trips) {
      if (live.forget(trip)) {
        candidate.forget(trip);
        forgotten++;
      } else if (!live.answer(trip).endsWith("malformed")) {
        expected.add(candidate.answer(trip));
      }
    }
    assertThat(forgotten).isGreaterThan(10);
    assertThat(lines).as(run).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static DataStream<ModelUpdate> updates(
      StreamExecutionEnvironment env, List<ModelUpdate> updates) {
    DataGeneratorSource<ModelUpdate> source =
        new DataGeneratorSource<>(
            i -> updates.get(i.intValue()),
            updates.size(),
            RateLimiterStrategy.perCheckpoint(1),
            ModelUpdate.type());
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), "candidates").setParallelism(1);
  }

  @Test
  void thereIsNoShadowWhereNoneWasAskedFor() {
    FastWeightStream<Trip> stream = MODEL.on(OperatorHarness.builder(new Configuration())).build();
    assertThatThrownBy(stream::shadow)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shadow(...)");
    assertThatThrownBy(stream::refusedModels)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("refresh(...)");
  }
}
