package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Savepoints of earlier releases must load. */
class SavepointITCase {
  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  static Stream<SavepointFixture> fixtures() {
    return Stream.of(
            SavepointFixture.of("format-1", StorageFormat.FP32),
            SavepointFixture.of("format-2", StorageFormat.BF16),
            SavepointFixture.of("format-3", StorageFormat.FP32),
            SavepointFixture.of("format-4", StorageFormat.BF16),
            SavepointFixture.of("format-5", StorageFormat.FP32),
            SavepointFixture.of(
                "format-8-statistics", StorageFormat.FP32, List.of(TestModel.RUNNING_STATISTICS)),
            List.of(
                new SavepointFixture(
                    "format-8-prior",
                    "rocksdb",
                    SavepointFormatType.CANONICAL,
                    StorageFormat.FP32,
                    List.of(TestModel.PRIOR))),
            SavepointFixture.ofStepSizes("format-8-step-sizes"),
            SavepointFixture.of("format-8", StorageFormat.BF16))
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void aSavepointOfAnEarlierReleaseGivesTheSameBits(SavepointFixture fixture) throws Exception {
    assertThat(fixture.answers(folder)).isEqualTo(fixture.expected());
  }
}
