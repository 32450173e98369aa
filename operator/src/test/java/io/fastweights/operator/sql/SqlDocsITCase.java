package io.fastweights.operator.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.testkit.TestJobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs what docs/sql.md shows. */
class SqlDocsITCase {
  private static final Path DOCS = Path.of("../docs/sql.md");

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  private static String block(String language) throws Exception {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCS));
    assertThat(block.find()).as(language + " in " + DOCS).isTrue();
    return block.group(1);
  }

  /** Runs the statements; the last one's result, unread. */
  private static TableResult run(StreamTableEnvironment tables) throws Exception {
    TableResult result = null;
    for (String statement : block("sql").split(";\\s*\n")) {
      if (statement.startsWith("SET")) {
        String[] parts = statement.split("'");
        tables.getConfig().set(parts[1], parts[3]);
      } else {
        result = tables.executeSql(statement);
      }
    }
    return result;
  }

  private static StreamTableEnvironment tables() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    return StreamTableEnvironment.create(env);
  }

  @SuppressWarnings("try")
  private static List<Row> rows(TableResult result) throws Exception {
    List<Row> rows = new ArrayList<>();
    try (CloseableIterator<Row> all = result.collect()) {
      all.forEachRemaining(rows::add);
    }
    return rows;
  }

  @Test
  void theQueryLearnsWhichFlightsAreLate() throws Exception {
    StreamTableEnvironment tables = tables();
    List<Row> rows = rows(run(tables));
    assertThat(tables.explainSql("SELECT * FROM flights"))
        .as("one source, which alone has an order")
        .doesNotContain("Union");
    assertThat(rows).hasSize(6);
    assertThat(rows).extracting(row -> row.getField("observed")).endsWith(true, false, false);
    float toLga = rows.get(4).getFieldAs("probability");
    float toDen = rows.get(5).getFieldAs("probability");
    assertThat(toLga).isGreaterThan(toDen + 0.2f);
    assertThat(rows.get(4).getField("recall_error")).isNull();
  }

  @Test
  void theJavaOfTheBridgeIsWhatRunsHere() throws Exception {
    StreamTableEnvironment tables = tables();
    run(tables);
    // begin
    Table predictions =
        FastWeightTables.on(tables, tables.from("flights"))
            .partitionBy("origin")
            .target("late")
            .features("destination", "carrier")
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ofMebiBytes(512))
            .uid("flight-memories")
            .predict();
    tables.createTemporaryView("predictions", predictions);
    // end
    List<Row> bridged = rows(tables.executeSql("SELECT probability FROM predictions"));
    List<Row> function = rows(run(tables()));
    assertThat(bridged)
        .extracting(row -> row.getField(0))
        .isEqualTo(function.stream().map(row -> row.getField("probability")).toList());

    String source =
        Files.readString(Path.of("src/test/java/io/fastweights/operator/sql/SqlDocsITCase.java"));
    String shown = source.substring(source.indexOf("// begin") + 9, source.indexOf("// end"));
    assertThat(block("java").strip()).isEqualTo(shown.stripIndent().strip());
  }
}
