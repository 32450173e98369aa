package io.fastweights.jobs.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildJvmTest {
  @Test
  void warningsAreTurnedOffWhereTheJvmKnowsHow() {
    assertThat(ChildJvm.quiet(17)).isEmpty();
    assertThat(ChildJvm.quiet(23)).isEmpty();
    assertThat(ChildJvm.quiet(25))
        .containsExactly(
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Picked up JAVA_TOOL_OPTIONS: -Duser.language=ar",
        "Picked up _JAVA_OPTIONS: -Xmx1g",
        "NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx1g",
        "WARNING: Using incubator modules: jdk.incubator.vector",
        "WARNING: java.io.tmpdir directory does not exist"
      })
  void linesOfTheJvmItselfAreNotices(String line) {
    assertThat(ChildJvm.isNotice(line)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fastweights: Picked up JAVA_TOOL_OPTIONS: x", "WARNING: else"})
  void otherLinesAreNot(String line) {
    assertThat(ChildJvm.isNotice(line)).isFalse();
  }
}
