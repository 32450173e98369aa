package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** Experiments at sizes that take seconds. */
class ExperimentCommandITCase extends CommandTest {

  private JsonNode figures(Object... arguments) throws Exception {
    Path json = folder.resolve("figures.json");
    Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--json";
    all[arguments.length + 1] = json;
    Result result = execute(all);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).containsAnyOf("published", "n-gram");
    return new ObjectMapper().readTree(json.toFile());
  }

  @Test
  void capacityIsTheLargestSizeUpToWhichAllAreSolved() throws Exception {
    JsonNode figures =
        figures("experiment", "capacity", "--methods", "dpfp1,dpfp3", "--keys", "5,10");
    assertThat(figures.get("capacity.dpfp1").asInt()).isEqualTo(10);
    assertThat(figures.get("capacity.dpfp3").asInt()).isEqualTo(10);
  }

  @Test
  void settingTwoShowsTheDeltaRuleBesideTheSumRule() throws Exception {
    JsonNode figures =
        figures("experiment", "capacity", "--setting=2", "--methods=dpfp1", "--keys=6");
    double delta = figures.get("capacity.setting2.dpfp1_ours.6").asDouble();
    assertThat(delta).isLessThanOrEqualTo(0.001);
    assertThat(figures.get("capacity.setting2.dpfp1_sum.6").asDouble()).isGreaterThan(10 * delta);
  }

  @Test
  void helpdeskScoresTheLastThirdOfItsCases() throws Exception {
    StringBuilder lines = new StringBuilder("CaseID,ActivityID,CompleteTimestamp\n");
    for (int id = 0; id < 30; id++) {
      for (int t = 0; t < 5; t++) {
        lines.append(String.format(Locale.ROOT, "%d,%d,2012-04-%02d 10:00:00%n", id, t, 1 + t));
      }
    }
    Path events = file("cases.csv", lines.toString());
    JsonNode figures = figures("experiment", "helpdesk", "--events", events, "--epochs", "20");
    // Ten cases with prefixes of 2, 3 and 4 events.
    assertThat(figures.get("helpdesk.scored").asInt()).isEqualTo(30);
    assertThat(figures.get("helpdesk.accuracy").asDouble()).isGreaterThan(0.9);
  }

  @Test
  void incidentsAreScoredByCaseAndByCaller() throws Exception {
    StringBuilder lines = new StringBuilder(",".repeat(25) + "\n");
    for (int id = 0; id < 30; id++) {
      for (int t = 0; t < 3; t++) {
        String[] cells = new String[26];
        Arrays.fill(cells, "?");
        cells[0] = "i" + id;
        cells[1] = "state" + t;
        cells[7] = "c" + id % 4;
        cells[13] = String.format(Locale.ROOT, "%d/3/2016 0%d:00", 1 + id, t);
        lines.append(String.join(",", cells)).append('\n');
      }
    }
    Path zip = folder.resolve("incidents.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("incidents.csv"));
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
    JsonNode figures = figures("experiment", "incidents", "--events", zip, "--epochs", "20");
    // Six incidents with three events, of which the last is followed by the end.
    assertThat(figures.get("incidents.scored").asInt()).isEqualTo(18);
    assertThat(figures.get("incidents.caller.scored").asInt()).isEqualTo(18);
    assertThat(figures.get("incidents.accuracy").asDouble()).isGreaterThan(0.9);
    assertThat(figures.get("incidents.caller.accuracy").asDouble()).isBetween(0.0, 1.0);
  }

  /** Skill 1 is answered rightly, skill 2 wrongly, by all students. */
  @Test
  void studentsAreScoredBesidePublishedFiguresWithAndWithoutTraining() throws Exception {
    String student = "6\n1,2,1,2,2,1,\n1,0,1,0,0,1,\n";
    Path data = file("test.csv", student.repeat(8));
    Path train = file("train.csv", student.repeat(40));
    Path json = folder.resolve("students.json");
    Result result =
        execute("experiment", "students", "--data", data, "--train", train, "--json", json);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("ASSISTments 2015, test students: AUC of 48 events")
        .containsPattern("DKT +0.7294 +published")
        .contains("running rate of each skill", "the best published, DKT, by");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("students.scored").asInt()).isEqualTo(48);
    assertThat(figures.get("students.auc").asDouble()).isGreaterThan(0.6);
    assertThat(figures.get("students.trained.auc").asDouble()).isGreaterThan(0.6);
  }

  @Test
  void stepSizesAreComparedOnEachStreamThatIsGiven() throws Exception {
    String student = "6\n1,2,1,2,2,1,\n1,0,1,0,0,1,\n";
    Path data = file("test.csv", student.repeat(8));
    Path json = folder.resolve("gates.json");
    Result result =
        execute("experiment", "gates", "--days=0", "--seeds=1", "--answers", data, "--json", json);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .containsPattern("recall, reassigned +accuracy +0\\.\\d{4} ± 0.0000 +0\\.\\d{4}")
        .containsPattern("students +AUC +0\\.");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("students.scored").asInt()).isEqualTo(48);
    assertThat(figures.get("students.PER_ROW.logBytes").asInt())
        .isLessThanOrEqualTo(figures.get("students.CONSTANT.logBytes").asInt());
    assertThat(figures.get("recall.PER_ROW.accuracy").asDouble())
        .isGreaterThan(figures.get("recall.CONSTANT.accuracy").asDouble());
    assertThat(execute("experiment", "gates", "--days=3").err())
        .contains("--days is 3, must be 0 or in 4 ... 31");
  }

  @Test
  void forgetGatesAreComparedOnEachStreamThatIsGiven() throws Exception {
    Path answers = file("train.csv", "6\n1,2,1,2,2,1,\n1,0,1,0,0,1,\n".repeat(40));
    Path json = folder.resolve("forget.json");
    Result result =
        execute(
            "experiment",
            "gates",
            "--trained",
            "--days=0",
            "--seeds=1",
            "--recall-keys=4",
            "--answers",
            answers,
            "--json",
            json);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .containsPattern("students +auc +\\d\\.\\d{4} ± 0.0000 +\\d\\.\\d{4}.*log 256, 272 bytes")
        .containsPattern("recall, reassigned +accuracy +0\\.");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    for (String rule : List.of("DELTA", "GATED_DELTA")) {
      assertThat(figures.get("students." + rule + ".auc").asDouble()).as(rule).isGreaterThan(0.6);
    }
  }

  @Test
  void anEventThatCannotBeScoredEndsTheExperiment() throws Exception {
    Path data = file("u.data", "7\t1\t5\t30\n7\t2\tgood\t31\n");
    assertThat(execute("experiment", "ratings", "--data", data).err())
        .contains("u.data has events that cannot be scored", "line 3", "good");
  }

  @Test
  void wrongOptionsAreToldInOneLine() {
    assertThat(execute("experiment", "capacity", "--setting=3").err())
        .contains("setting is 3, must be 1 or 2")
        .hasLineCount(1);
    assertThat(execute("experiment", "capacity", "--keys=20,0").err())
        .contains("keys is 0, must be at least 1")
        .hasLineCount(1);
    assertThat(execute("experiment", "capacity", "--keys=5", "--rules=gated_delta").err())
        .contains("rule is GATED_DELTA, must be DELTA or SUM")
        .hasLineCount(1);
    assertThat(execute("experiment", "capacity", "--threads=0").err())
        .contains("--threads is 0, must be at least 1")
        .hasLineCount(1);
  }

  /** A daily series of half hours, of which one day is missing its peak. */
  @Test
  void anomaliesAreScoredByTheRuleOfTheirBenchmark() throws Exception {
    StringBuilder lines = new StringBuilder("timestamp,value\n");
    LocalDateTime start = LocalDateTime.of(2024, 1, 1, 0, 0);
    Random random = new Random(1);
    for (int i = 0; i < 48 * 40; i++) {
      boolean peak = i % 48 > 20 && i % 48 < 36 && i / 48 != 30;
      double value = (peak ? 80 : 20) + random.nextGaussian();
      String time = start.plusMinutes(30L * i).toString().replace('T', ' ');
      lines.append(String.format(Locale.ROOT, "%s:00,%.3f%n", time, value));
    }
    Files.createDirectories(folder.resolve("nab/data/daily"));
    Files.createDirectories(folder.resolve("nab/labels"));
    Files.writeString(folder.resolve("nab/data/daily/peaks.csv"), lines);
    Files.writeString(
        folder.resolve("nab/labels/combined_windows.json"),
        "{\"daily/peaks.csv\": [[\"2024-01-31 06:00:00\", \"2024-02-01 12:00:00\"]]}");
    JsonNode figures =
        figures("experiment", "anomalies", "--data", folder.resolve("nab"), "--seeds", "1");
    assertThat(figures.get("anomalies.values").asInt()).isEqualTo(48 * 40);
    assertThat(figures.get("anomalies.memories.standard").asDouble()).isGreaterThan(70);
    assertThat(figures.get("anomalies.none.standard").asDouble()).isZero();
  }
}
