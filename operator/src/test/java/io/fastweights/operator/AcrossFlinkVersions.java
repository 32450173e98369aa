package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.testkit.TestJobs;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Savepoints that go from one Flink version to the next, in the folder {@code
 * -Dfastweights.savepoints}: {@code -Dfastweights.write=VERSION} leaves one of a job with all kinds
 * of operator state, {@code -Dfastweights.read=VERSION} goes on from one that another process left.
 * Runs only by name, by {@code .ci/flink-versions}.
 */
class AcrossFlinkVersions {
  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  private static final Path FOLDER = Path.of(System.getProperty("fastweights.savepoints", "."));

  @TempDir Path folder;

  static Stream<WholeJobFixture> fixtures() {
    return Stream.of(
        new WholeJobFixture("versions", "hashmap", SavepointFormatType.CANONICAL),
        new WholeJobFixture("versions", "rocksdb", SavepointFormatType.CANONICAL));
  }

  private static Path archive(WholeJobFixture fixture, String property) {
    String version = System.getProperty(property);
    assertThat(version).as("-D" + property + " names the version").isNotBlank();
    return FOLDER.resolve(version + "-" + fixture.backend() + ".zip");
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void write(WholeJobFixture fixture) throws Exception {
    SavepointFixture.pack(fixture.write(folder), archive(fixture, "fastweights.write"));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void read(WholeJobFixture fixture) throws Exception {
    Path savepoint = Files.createDirectories(folder.resolve("savepoint"));
    try (InputStream archive = Files.newInputStream(archive(fixture, "fastweights.read"))) {
      SavepointFixture.unpack(archive, savepoint);
    }
    assertThat(fixture.answers(folder, savepoint)).isEqualTo(WholeJobFixture.expected(true));
  }
}
