package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Savepoints that were written once and for all: bytes of yesterday must load today. */
class SavepointITCase {
  /** Folders of the resources, oldest first. */
  private static final List<String> RELEASES = List.of("format-1");

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  static Stream<SavepointFixture> fixtures() {
    return RELEASES.stream().flatMap(release -> SavepointFixture.of(release).stream());
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void aSavepointOfAnEarlierReleaseGivesTheSameBits(SavepointFixture fixture) throws Exception {
    assertThat(fixture.answers(folder)).isEqualTo(fixture.expected());
  }
}
