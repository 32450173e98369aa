package io.fastweights.jobs.experiment.cases;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.train.measures.Metrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Next activities of made-up processes. */
class ProcessExperimentTest {
  private static final int COLUMNS = 26;
  private static final String HEADER = ",".repeat(COLUMNS - 1) + "\n";

  @TempDir Path folder;

  /** A case ends as it began: only its own history tells. */
  @Test
  void aCasesFirstActivityIsRememberedToItsEnd() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    StringBuilder lines = new StringBuilder("CaseID,ActivityID,CompleteTimestamp\n");
    for (int id = 0; id < 600; id++) {
      int kind = 1 + random.nextInt(3);
      int[] activities = {kind, 7, 8, 9, kind};
      for (int t = 0; t < activities.length; t++) {
        lines.append(
            String.format(
                Locale.ROOT, "%d,%d,2012-04-%02d 10:%02d:00%n", id, activities[t], 1 + t, t));
      }
    }
    Path file = Files.writeString(folder.resolve("cases.csv"), lines);
    Metrics test =
        ProcessExperiment.helpdesk(
            file, ProcessExperiment.options().epochs(20).threads(2).build(), report -> {});
    // 200 cases with prefixes of 2, 3 and 4 events.
    assertThat(test.events()).isEqualTo(600);
    assertThat(test.get("accuracy")).isGreaterThan(0.95);
  }

  /** The end of a case depends on its owner: only a memory across cases can learn it. */
  @Test
  void aMemoryOfTheCallerKnowsWhatACaseCannot() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder lines = new StringBuilder(HEADER);
    for (int id = 0; id < 600; id++) {
      int caller = random.nextInt(60);
      String end = String.format(Locale.ROOT, "END%d", caller * 7 % 3);
      String[] states = {"New", "Active", end};
      for (int t = 0; t < states.length; t++) {
        lines.append(line(id, caller, states[t], 20 * id + t));
      }
    }
    Path file = folder.resolve("incidents.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      out.putNextEntry(new ZipEntry("incidents.csv"));
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
    assertThat(accuracy(file, true)).isGreaterThan(0.9);
    // New and the end are followed by what always follows; the end itself is one of three.
    assertThat(accuracy(file, false)).isBetween(0.6, 0.85);
  }

  private static double accuracy(Path file, boolean byCaller) throws Exception {
    return ProcessExperiment.incidents(
            file,
            byCaller,
            ProcessExperiment.options().epochs(25).patience(25).lanes(8).threads(2).build(),
            report -> {})
        .get("accuracy");
  }

  private static String line(int id, int caller, String state, int minute) {
    String[] columns = new String[COLUMNS];
    Arrays.fill(columns, "?");
    columns[0] = Integer.toString(id);
    columns[1] = state;
    columns[7] = "caller " + caller;
    columns[13] =
        LocalDateTime.of(2016, 3, 1, 0, 0)
            .plusMinutes(minute)
            .format(DateTimeFormatter.ofPattern("d/M/yyyy HH:mm", Locale.ROOT));
    return String.join(",", columns) + "\n";
  }
}
