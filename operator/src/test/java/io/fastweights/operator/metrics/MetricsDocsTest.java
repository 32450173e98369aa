package io.fastweights.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares the documentation of the metrics with the metrics. */
class MetricsDocsTest {
  private static final Path DOCS = Path.of("../docs/metrics.md");
  private static final Path DASHBOARD = Path.of("../docs/grafana/fastweights.json");
  private static final Path ALERTS = Path.of("../docs/grafana/alerts.yaml");
  private static final Pattern TABLE =
      Pattern.compile("(<!-- (\\w+), written by [^>]*-->\n).*?(<!-- end -->)", Pattern.DOTALL);
  private static final Pattern NAME =
      Pattern.compile("flink_taskmanager_job_task_operator_fastweights_\\w+");

  private static String table(String place) {
    return FastWeightMetric.of(FastWeightMetric.Place.valueOf(place)).stream()
        .map(
            metric ->
                String.format(
                    Locale.ROOT,
                    "| `%s` | %s | %s |\n",
                    metric.path(),
                    metric.kind().name().toLowerCase(Locale.ROOT),
                    metric.description()))
        .collect(Collectors.joining("", "| metric | kind | |\n| --- | --- | --- |\n", ""));
  }

  /** Writes the tables if {@code -Dfastweights.write-docs=true} is given. */
  @Test
  void theTablesAreUpToDate() throws Exception {
    String docs = Files.readString(DOCS);
    assertThat(TABLE.matcher(docs).results().map(table -> table.group(2)))
        .containsExactly("MEMORIES", "MODELS", "EVENT_TIME", "SCORES", "ANOMALIES");
    String current =
        TABLE
            .matcher(docs)
            .replaceAll(
                table ->
                    Matcher.quoteReplacement(
                        table.group(1) + table(table.group(2)) + table.group(3)));
    if (Boolean.getBoolean("fastweights.write-docs")) {
      Files.writeString(DOCS, current);
    }
    assertThat(Files.readString(DOCS))
        .as("run with -Dfastweights.write-docs=true to write the tables")
        .isEqualTo(current);
  }

  @Test
  void theDashboardShowsEveryMetricAndNoOther() throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    Set<String> shown = new TreeSet<>();
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.get("targets")) {
        NAME.matcher(target.get("expr").textValue()).results().forEach(r -> shown.add(r.group()));
      }
    }
    assertThat(shown)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(FastWeightMetric.values()).map(FastWeightMetric::prometheus).toList());
  }

  @Test
  void theAlertsAskForMetricsThatAreThere() throws Exception {
    String alerts = Files.readString(ALERTS);
    Set<String> known =
        Arrays.stream(FastWeightMetric.values())
            .map(FastWeightMetric::prometheus)
            .collect(Collectors.toCollection(TreeSet::new));
    // Of Flink's JobManager.
    for (String name :
        List.of("numRestarts", "numberOfFailedCheckpoints", "lastCheckpointDuration")) {
      known.add("flink_jobmanager_job_" + name);
    }
    assertThat(texts(alerts, "\\b(flink_\\w+)")).hasSizeGreaterThan(10).isSubsetOf(known);
    long rules = alerts.lines().filter(line -> line.contains("- alert: ")).count();
    assertThat(rules).isEqualTo(texts(alerts, "- alert: (\\w+)").size());
    assertThat(alerts.lines().filter(line -> line.matches(" +labels: \\{severity: \\w+}")))
        .hasSize((int) rules);
    for (String runbook : texts(alerts, "runbook: (\\S+)")) {
      String[] parts = runbook.split("#", 2);
      Path page = Path.of("..").resolve(parts[0]);
      assertThat(page).as(runbook).isRegularFile();
      if (parts.length == 2) {
        String heading = "(?i)#+ " + parts[1].replace('-', ' ');
        assertThat(Files.readAllLines(page)).as(runbook).anyMatch(line -> line.matches(heading));
      }
    }
  }

  private static Set<String> texts(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A quantile that the reporter does not have would be an empty panel. */
  @Test
  void theDashboardAsksForQuantilesOfHistogramsOnly() throws Exception {
    String dashboard = Files.readString(DASHBOARD);
    for (FastWeightMetric metric : FastWeightMetric.values()) {
      boolean quantile =
          Pattern.compile(Pattern.quote(metric.prometheus()) + "\\{[^}]*quantile=")
              .matcher(dashboard)
              .find();
      assertThat(quantile)
          .as("quantile of %s", metric)
          .isEqualTo(metric.kind() == FastWeightMetric.Kind.HISTOGRAM);
    }
    Matcher quantiles = Pattern.compile("quantile=\\\\\"([0-9.]+)").matcher(dashboard);
    assertThat(quantiles.results().map(r -> r.group(1)).collect(Collectors.toSet()))
        .isNotEmpty()
        .isSubsetOf("0.5", "0.75", "0.95", "0.98", "0.99", "0.999");
  }
}
