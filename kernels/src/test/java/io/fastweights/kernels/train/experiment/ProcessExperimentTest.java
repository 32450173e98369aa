package io.fastweights.kernels.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Next activities of made-up processes. */
class ProcessExperimentTest {
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
        lines.append("%d,%d,2012-04-%02d 10:%02d:00%n".formatted(id, activities[t], 1 + t, t));
      }
    }
    Path file = Files.writeString(folder.resolve("cases.csv"), lines);
    ProcessExperiment.Result result =
        ProcessExperiment.helpdesk(
            file, ProcessExperiment.options().epochs(20).threads(2).build(), report -> {});
    // 200 cases with prefixes of 2, 3 and 4 events.
    assertThat(result.test().events()).isEqualTo(600);
    assertThat(result.test().get("accuracy")).isGreaterThan(0.95);
  }
}
