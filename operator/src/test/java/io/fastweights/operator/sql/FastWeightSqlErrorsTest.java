package io.fastweights.operator.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad arguments are refused before a job runs, by name and with the limit. */
class FastWeightSqlErrorsTest {
  private static final String LATE = "target => DESCRIPTOR(late)";
  private static final String PLACE = "features => DESCRIPTOR(place)";
  private static final String GOOD = LATE + ", " + PLACE;

  private static StreamTableEnvironment tables() {
    StreamTableEnvironment tables =
        TripTables.tables(List.of(new Trip(1, "k", Trips.START)), 1, new Configuration());
    tables.executeSql(
        "CREATE TEMPORARY VIEW lateness AS SELECT *, outcome = 'late' AS late FROM trips");
    return tables;
  }

  static Stream<Arguments> badArguments() {
    String schema = "schema => '" + SchemaJson.write(Trips.schema()) + "'";
    return Stream.of(
        Arguments.of(LATE, "schema: not given; give schema or weights, or both target and"),
        Arguments.of(
            "target => DESCRIPTOR(early), " + PLACE, "target: the table has no column ear"),
        Arguments.of("target => DESCRIPTOR(id), " + PLACE, "target: column id of type BIGINT must"),
        Arguments.of("target => DESCRIPTOR(late, id), " + PLACE, "target: [late, id], must be one"),
        Arguments.of(LATE + ", features => DESCRIPTOR(nowhere)", "features: the table has no col"),
        Arguments.of(LATE + ", features => DESCRIPTOR(distance)", "features: column distance of"),
        Arguments.of(LATE + ", features => DESCRIPTOR(late)", "features: target late is a field"),
        Arguments.of(schema, "on_time: not given; the schema's fields [gap, hour]"),
        Arguments.of(
            schema + ", features => DESCRIPTOR(place), on_time => DESCRIPTOR(ts)",
            "features: 1 columns, must be 3, one for each of the schema's fields"),
        Arguments.of(
            schema + ", features => DESCRIPTOR(place, `user`, key), on_time => DESCRIPTOR(ts)",
            "features: column key of type STRING must be a number for field distance"),
        Arguments.of(
            "schema => '" + SchemaJson.write(Trips.items()) + "'",
            "schema: target outcome is an item, and SQL has no rankings"),
        Arguments.of("schema => '{}'", "schema: the schema has no 'fields'"),
        Arguments.of("weights => '/nowhere.safetensors'", "weights: cannot read /nowhere.safe"),
        Arguments.of(GOOD + ", ttl => 'soon'", "ttl: 'soon' is no duration such as '30 d'"),
        Arguments.of(
            GOOD + ", options => MAP['fastweights.speed', '9']",
            "options: fastweights.speed is un"),
        Arguments.of(
            GOOD + ", options => MAP['fastweights.cache-sise', '9 mb']",
            "options: fastweights.cache-sise is unknown; did you mean fastweights.cache-size?"),
        Arguments.of(
            GOOD + ", options => MAP['fastweights.batch-size', '9']",
            "options: fastweights.batch-size is of no use to a function called row by row"),
        Arguments.of(
            GOOD + ", options => MAP['fastweights.half-life', '9 d']",
            "on_time: not given; fastweights.half-life is PT216H, and memories fade by the times"),
        Arguments.of(
            GOOD + ", options => MAP['fastweights.associative.nu', '0']",
            "options: fastweights.associative.nu is 0, must be at least 1"),
        Arguments.of(
            GOOD + ", options => MAP['fastweights.associative.nu', 'two']",
            "options: Could not parse value 'two' for key 'fastweights.associative.nu'"));
  }

  @ParameterizedTest
  @MethodSource("badArguments")
  void aBadArgumentIsAValidationErrorThatNamesIt(String arguments, String message) {
    String query =
        "SELECT * FROM FAST_WEIGHTS(input => TABLE lateness PARTITION BY key, " + arguments + ")";
    StreamTableEnvironment tables = tables();
    assertThatThrownBy(() -> tables.sqlQuery(query))
        .isInstanceOf(ValidationException.class)
        .hasStackTraceContaining("Argument " + message);
  }

  @Test
  void weightsThatTheSessionDoesNotAllowAreRefused(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("trips.safetensors");
    WeightsFile.write(TripTables.weights(), file);
    Configuration session =
        new Configuration().set(FastWeightOptions.WEIGHTS_ROOTS, List.of(folder + "/models"));
    StreamTableEnvironment tables =
        TripTables.tables(List.of(new Trip(1, "k", Trips.START)), 1, session);
    assertThatThrownBy(
            () ->
                tables.explainSql(
                    "SELECT * FROM FAST_WEIGHTS(input => TABLE trips PARTITION BY key,"
                        + String.format(
                            Locale.ROOT, " weights => '%s', on_time => DESCRIPTOR(ts))", file)))
        .isInstanceOf(ValidationException.class)
        .hasStackTraceContaining(
            String.format(
                Locale.ROOT,
                "Argument weights: cannot read %s: %s is no file below [file:%s/models]",
                file,
                file,
                folder));
  }

  @Test
  void aMisspeltOptionOfTheSessionIsRefusedWithTheNearestName() {
    StreamTableEnvironment tables = tables();
    tables.getConfig().set("fastweights.cache-sise", "16 mb");
    assertThatThrownBy(
            () ->
                tables.explainSql(
                    "SELECT * FROM FAST_WEIGHTS(input => TABLE lateness PARTITION BY key, "
                        + GOOD
                        + ")"))
        .hasStackTraceContaining("there is no option 'fastweights.cache-sise'")
        .hasStackTraceContaining("did you mean fastweights.cache-size?");
  }

  @Test
  void theBridgeNeedsATimeWhereMemoriesCountByIt() {
    StreamTableEnvironment tables = tables();
    FastWeightTables lateness =
        FastWeightTables.on(tables, tables.from("lateness"))
            .partitionBy("key")
            .target("late")
            .features("place")
            .set(FastWeightOptions.TTL, Duration.ofDays(1));
    assertThatThrownBy(lateness::predict)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("onTime: not given; fastweights.ttl is PT24H");
  }

  @Test
  void aColumnWhoseNameIsTakenGetsTheFirstNumberThatIsFree() {
    StreamTableEnvironment tables = tables();
    tables.executeSql(
        "CREATE TEMPORARY VIEW taken AS"
            + " SELECT key, place, late, 1 AS probability, 2 AS probability0 FROM lateness");
    assertThat(
            FastWeightTables.on(tables, tables.from("taken"))
                .partitionBy("key")
                .target("late")
                .features("place")
                .predict()
                .getResolvedSchema()
                .getColumnNames())
        .containsSubsequence("probability", "probability0", "probability1", "recall_error");
  }

  @Test
  void aTableWithoutPartitionsIsRefused() {
    assertThatThrownBy(
            () ->
                tables()
                    .sqlQuery("SELECT * FROM FAST_WEIGHTS(input => TABLE lateness, " + GOOD + ")"))
        .isInstanceOf(ValidationException.class)
        .hasStackTraceContaining("PARTITION BY");
  }

  @Test
  void anUpdatingTableIsRefused() {
    StreamTableEnvironment tables = tables();
    tables.executeSql(
        "CREATE TEMPORARY VIEW counts AS"
            + " SELECT key, place, COUNT(*) > 3 AS late FROM trips GROUP BY key, place");
    assertThatThrownBy(
            () ->
                tables.explainSql(
                    "SELECT * FROM FAST_WEIGHTS(input => TABLE counts PARTITION BY key, "
                        + GOOD
                        + ")"))
        .hasStackTraceContaining("doesn't support consuming update changes");
  }

  @Test
  void theBridgeNamesWhatDoesNotFit() {
    StreamTableEnvironment tables = tables();
    FastWeightTables trips = FastWeightTables.on(tables, tables.from("trips"));
    trips.schema(Trips.schema()).onTime("ts");
    assertThatThrownBy(trips::predict)
        .hasMessage("partitionBy: no columns, must have at least one");
    trips.partitionBy("nobody");
    assertThatThrownBy(trips::predict).hasMessageContaining("partitionBy: the table has no column");
    trips.partitionBy("key").onTime("place");
    assertThatThrownBy(trips::predict)
        .hasMessageContaining("onTime: column place of type STRING must be TIMESTAMP");
  }
}
