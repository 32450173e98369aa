package io.fastweights.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.Commands;
import io.fastweights.jobs.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page's first statements and those of its PyFlink job, in Flink's own SQL client and on a
 * cluster of processes.
 */
class SqlCommandIT {
  private static final Path PAGE = Path.of("../docs/sql.md");
  private static final Path SCRIPT = Path.of("../docs/python/flights.py");
  private static final Pattern STATEMENT =
      Pattern.compile("execute_sql\\(f?\"\"\"(.*?)\"\"\"\\)", Pattern.DOTALL);

  @TempDir Path folder;

  @Test
  void theStatementsOfThePageAndOfItsScriptGiveAnswers() throws Exception {
    String page = Files.readString(PAGE);
    int from = page.indexOf("```sql\n") + "```sql\n".length();
    String statements = page.substring(from, page.indexOf("```", from));
    int select = statements.indexOf("SELECT origin, destination, late,");
    Path answers = folder.resolve("answers");
    Path file = folder.resolve("page.sql");
    Files.writeString(
        file,
        String.format(
            Locale.ROOT,
            """
            SET 'table.dml-sync' = 'true';
            SET 'parallelism.default' = '1';
            %sCREATE TABLE answers (
              origin STRING, destination STRING, late BOOLEAN,
              probability FLOAT, recall_error FLOAT, observed BOOLEAN
            ) WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv');
            INSERT INTO answers %s
            DROP TEMPORARY VIEW flights;
            %s
            """,
            statements.substring(0, select),
            answers.toUri(),
            statements.substring(select),
            scriptStatements()));
    String cluster = "--folder=" + folder.resolve("cluster");
    String lib = "--lib=" + System.getProperty("fastweights.cluster.lib");
    Commands.succeed("cluster", "up", cluster, lib, "--port=0", "--slots=1");
    try {
      Commands.succeed(
          "sql",
          cluster,
          lib,
          "--sql-lib=" + System.getProperty("fastweights.sql.lib"),
          "--sql-jar=" + System.getProperty("fastweights.sql.jar"),
          "--file=" + file);
    } finally {
      Commands.succeed("cluster", "down", cluster, "--force");
    }
    List<String> rows = rows(answers);
    assertThat(rows).hasSize(6);
    assertThat(rows.get(0)).startsWith("ORD,LGA,true,").endsWith(",1.0,true");
    assertThat(rows).filteredOn(row -> row.endsWith(",,false")).hasSize(2);
    assertThat(rows(folder.resolve("predictions"))).isEqualTo(rows);
  }

  /** On a file with the rows of the page's view. */
  private String scriptStatements() throws Exception {
    Path flights =
        Files.writeString(
            folder.resolve("flights.csv"),
            """
            ORD,LGA,AA,true
            ORD,LGA,AA,true
            ORD,DEN,UA,false
            ORD,LGA,AA,true
            ORD,LGA,AA,
            ORD,DEN,UA,
            """);
    List<String> statements =
        STATEMENT
            .matcher(Files.readString(SCRIPT))
            .results()
            .map(found -> found.group(1) + ";\n")
            .toList();
    assertThat(statements).hasSize(4);
    return String.join("", statements)
        .replace("{flights}", flights.toUri().toString())
        .replace("{predictions}", folder.resolve("predictions").toUri().toString());
  }

  private static List<String> rows(Path folder) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).flatMap(SqlCommandIT::lines).toList();
    }
  }

  @Test
  void aClusterMustBeUp() {
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setErr(new PrintWriter(err))
            .execute("sql", "--folder=" + folder.resolve("none"));
    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("no cluster is up in", "'fastweights cluster up'");
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
