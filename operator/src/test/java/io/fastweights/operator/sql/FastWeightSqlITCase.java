package io.fastweights.operator.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EventOrder;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.JobResults;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SQL face against the DataStream operator: the same events give the same bits. */
class FastWeightSqlITCase {
  private static final List<Trip> TRIPS = TripTables.trips(5, 1500);

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  private static FastWeights<Trip> builder() {
    return OperatorHarness.builder(new Configuration());
  }

  private static Configuration backend(String name) {
    return new Configuration().set(StateBackendOptions.STATE_BACKEND, name);
  }

  private static String query(String options) {
    return query(Trips.schema(), options);
  }

  private static String query(Schema schema, String options) {
    return String.format(
        Locale.ROOT,
        """
        SELECT * FROM FAST_WEIGHTS(
          input => TABLE trips PARTITION BY key,
          schema => '%s',
          on_time => DESCRIPTOR(ts),
          options => MAP[
            'fastweights.associative.key-dim', '16',
            'fastweights.associative.betas', '0.4;0.1',
            'fastweights.associative.seed', '7',
            %s])
        """,
        SchemaJson.write(schema),
        options);
  }

  private static Map<Long, String> associative() throws Exception {
    return TripTables.operatorAnswers(TestModel.ASSOCIATIVE.on(builder()), TRIPS);
  }

  /** A cache of few keys, so that most rows load their memory from base and log. */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void anAssociativeMemoryInSqlAnswersAsTheOperatorDoes(String backend) throws Exception {
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, backend(backend));
    Table answers =
        tables.sqlQuery(
            query("'fastweights.fold-threshold', '4', 'fastweights.cache-size', '32 kb'"));
    Map<Long, String> expected = associative();
    assertThat(expected.values().toString())
        .contains("observed", "asked", "must be finite", "before the last observed");
    assertThat(TripTables.answers(answers)).isEqualTo(expected);
  }

  @Test
  void errorsAreRatedInSqlByTheDetectorOfTheOperator() throws Exception {
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, backend("rocksdb"));
    String query =
        query("'fastweights.cache-size', '2 kb', 'fastweights.event-order', 'ACCEPT'")
            .replace("PARTITION BY key", "PARTITION BY place")
            .replace("options =>", "anomalies => TRUE, options =>");
    checkRatings(TripTables.rows(tables.sqlQuery(query)));
  }

  @Test
  void runningStatisticsAndRatesInSqlAreThoseOfTheOperator() throws Exception {
    Schema schema =
        Schema.of(
            List.of(new Field.Numeric("distance"), new Field.Hashed("place", 16)),
            new Target.Classes("outcome", Trips.OUTCOMES, Prior.even(3, 2)));
    EventReader<Trip> reader =
        (trip, event) -> {
          event.timestamp(trip.time).set(0, trip.distance).set(1, trip.place).target(trip.outcome);
          if (trip.ask) {
            event.ask();
          }
        };
    FastWeights<Trip> operator = TestModel.ASSOCIATIVE.on(builder()).schema(schema, reader);
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, backend("rocksdb"));
    Table answers = tables.sqlQuery(query(schema, "'fastweights.cache-size', '32 kb'"));
    Map<Long, String> expected = TripTables.operatorAnswers(operator, TRIPS);
    assertThat(TripTables.answers(answers)).isEqualTo(expected).isNotEqualTo(associative());
  }

  @Test
  void aMemoryThatFadesInSqlAnswersAsTheOperatorDoes() throws Exception {
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, backend("hashmap"));
    Table answers =
        tables.sqlQuery(query("'fastweights.half-life', '2 h', 'fastweights.cache-size', '32 kb'"));
    Map<Long, String> expected =
        TripTables.operatorAnswers(
            TestModel.ASSOCIATIVE
                .on(builder())
                .set(FastWeightOptions.HALF_LIFE, Duration.ofHours(2)),
            TRIPS);
    assertThat(TripTables.answers(answers)).isEqualTo(expected).isNotEqualTo(associative());
  }

  @Test
  void aMemoryWithStepSizesPerRowInSqlAnswersAsTheOperatorDoes() throws Exception {
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, backend("rocksdb"));
    Table answers =
        tables.sqlQuery(
            query(
                "'fastweights.associative.step-sizes', 'PER_ROW', 'fastweights.cache-size', '32 kb'"));
    Map<Long, String> expected =
        TripTables.operatorAnswers(
            TestModel.ASSOCIATIVE
                .on(builder())
                .set(FastWeightOptions.ASSOCIATIVE_STEP_SIZES, StepSizes.PER_ROW),
            TRIPS);
    assertThat(TripTables.answers(answers)).isEqualTo(expected).isNotEqualTo(associative());
  }

  @Test
  void trainedWeightsInSqlAnswerAsTheOperatorDoes() throws Exception {
    Path file = folder.resolve("trips.safetensors");
    WeightsFile.write(TripTables.weights(), file);
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, backend("rocksdb"));
    Table answers =
        tables.sqlQuery(
            String.format(
                Locale.ROOT,
                """
                SELECT * FROM FAST_WEIGHTS(
                  input => TABLE trips PARTITION BY key,
                  weights => '%s',
                  on_time => DESCRIPTOR(ts),
                  ttl => '30 d',
                  options => MAP['fastweights.cache-size', '32 kb'])
                """,
                file.toUri()));
    assertThat(TripTables.answers(answers))
        .isEqualTo(
            TripTables.operatorAnswers(
                builder().schema(Trips.schema(), Trips::read).weights(TripTables.weights()),
                TRIPS));
  }

  @Test
  void theBridgeKeepsTheTypesOfColumnsAndTheBitsOfPredictions() throws Exception {
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, backend("rocksdb"));
    Table answers =
        FastWeightTables.on(tables, tables.from("trips"))
            .partitionBy("key")
            .onTime("ts")
            .schema(Trips.schema())
            .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, 16)
            .set(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(0.4, 0.1))
            .set(FastWeightOptions.ASSOCIATIVE_SEED, 7L)
            .set(FastWeightOptions.BATCH_SIZE, 10)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .uid("memories")
            .predict();
    assertThat(answers.getResolvedSchema().toString())
        .isEqualTo(
            """
            (
              `id` BIGINT NOT NULL,
              `key` STRING,
              `ts` TIMESTAMP_LTZ(3),
              `place` STRING,
              `user` STRING,
              `distance` DOUBLE,
              `outcome` STRING,
              `prediction` STRING,
              `probabilities` MAP<STRING, FLOAT>,
              `recall_error` FLOAT,
              `observed` BOOLEAN NOT NULL,
              `refused` STRING,
              `rowtime` TIMESTAMP_LTZ(3) *ROWTIME* METADATA,
              WATERMARK FOR `rowtime`: TIMESTAMP_LTZ(3) AS SOURCE_WATERMARK()
            )""");
    assertThat(TripTables.answers(answers)).isEqualTo(associative());
  }

  /** By place: a key is rated after its first 50 errors. */
  @Test
  void errorsAreRatedByADetectorForEachPartition() throws Exception {
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, backend("hashmap"));
    List<Row> rows =
        TripTables.rows(
            FastWeightTables.on(tables, tables.from("trips"))
                .partitionBy("place")
                .schema(Trips.schema())
                .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, 16)
                .set(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(0.4, 0.1))
                .set(FastWeightOptions.ASSOCIATIVE_SEED, 7L)
                .set(FastWeightOptions.ORDER, EventOrder.ACCEPT)
                .onTime("ts")
                .anomalies()
                .predict());
    checkRatings(rows);
  }

  private static void checkRatings(List<Row> rows) {
    Map<Long, String> expected = TripTables.expectedRatings(rows, "place");
    assertThat(expected.values())
        .anyMatch(rating -> rating.matches("0\\.\\d*[1-9].*"))
        .contains("null null");
    assertThat(TripTables.ratings(rows)).isEqualTo(expected);
  }

  /** The job fails before the function and behind it; no row is answered twice or otherwise. */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void aFailureChangesNoBit(String backend) throws Exception {
    String run = "sql on " + backend;
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            TestJobs.configuration(backend, folder)
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(40)));
    env.setParallelism(2);
    DataStream<Row> rows =
        TestJobs.trips(env, 5, 1500, 300)
            .filter(trip -> !Trips.NOBODY.equals(trip.user))
            .setParallelism(1)
            .map(new Saboteur<Trip>(run, "before", 400, trip -> trip.id))
            .returns(OperatorHarness.TRIP)
            .setParallelism(1)
            .map(TripTables::row)
            .returns(TripTables.ROW)
            .setParallelism(1);
    StreamTableEnvironment tables = TripTables.tables(env, rows);
    DataStream<Row> behind =
        tables.toDataStream(
            tables.sqlQuery(
                query("'fastweights.cache-size', '32 kb'")
                    .replace("*", "id, probabilities, recall_error, observed, refused")));
    List<Row> answered =
        JobResults.of(
            behind
                .map(new Saboteur<Row>(run, "behind", 1000, row -> row.getFieldAs("id")))
                .returns(behind.getType()),
            run);

    Map<Long, String> answers = new TreeMap<>();
    answered.forEach(row -> answers.put(row.getFieldAs("id"), TripTables.answer(row)));
    assertThat(answered).hasSameSizeAs(answers.keySet());
    assertThat(answers).isEqualTo(associative());
    assertThat(Saboteur.failures(run)).containsExactly("before", "behind");
    assertThat(Saboteur.restored(run)).isNotEmpty();
  }

  @Test
  void explainShowsTheFunctionItsKeyAndItsColumns() {
    StreamTableEnvironment tables = TripTables.tables(TRIPS, 2, new Configuration());
    String plan =
        tables.explainSql(
            """
            SELECT id, probability, refused FROM FAST_WEIGHTS(
              input => TABLE lateness PARTITION BY key,
              target => DESCRIPTOR(late),
              features => DESCRIPTOR(place, user),
              uid => 'memories')
            """
                .replace(
                    "lateness",
                    "(SELECT id, key, place, `user`, outcome = 'late' AS late FROM trips)")
                .replace("TABLE (", "("));
    assertThat(plan.substring(plan.indexOf("== Optimized Execution Plan ==")))
        .contains(
            "ProcessTableFunction(invocation=[FAST_WEIGHTS(",
            "DESCRIPTOR(_UTF-16LE'late')",
            "uid=[memories]",
            "select=[id,key,place,user,late,probability,recall_error,observed,refused]",
            "Exchange(distribution=[hash[key]])");
  }
}
