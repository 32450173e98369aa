package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes the savepoints that a release leaves to the tests of later ones. Runs only by name; see
 * {@code src/test/resources/savepoints/README.md}.
 */
class WriteSavepoints {
  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  @Test
  void writeTheSavepointsOfThisRelease() throws Exception {
    String release = System.getProperty("fastweights.release");
    assertThat(release).as("-Dfastweights.release names the folder").isNotBlank();
    StorageFormat storage =
        StorageFormat.valueOf(System.getProperty("fastweights.release.storage", "BF16"));
    List<SavepointFixture> fixtures = new ArrayList<>(SavepointFixture.of(release, storage));
    fixtures.addAll(
        SavepointFixture.of(
            release + "-statistics", storage, List.of(TestModel.RUNNING_STATISTICS)));
    fixtures.addAll(SavepointFixture.of(release + "-prior", storage, List.of(TestModel.PRIOR)));
    fixtures.addAll(SavepointFixture.ofStepSizes(release + "-step-sizes"));
    for (SavepointFixture fixture : fixtures) {
      fixture.write(
          Path.of("src/test/resources"),
          Files.createDirectories(folder.resolve(fixture.backend() + fixture.format())));
    }
  }

  @Test
  void writeTheSavepointsOfAJobThatKeepsEverything() throws Exception {
    String release = System.getProperty("fastweights.release");
    assertThat(release).as("-Dfastweights.release names the folder").isNotBlank();
    for (WholeJobFixture fixture : WholeJobFixture.of(release + "-whole-job")) {
      SavepointFixture.pack(
          fixture.write(
              Files.createDirectories(folder.resolve(fixture.backend() + fixture.format()))),
          Path.of("src/test/resources").resolve(fixture.file()));
    }
  }
}
