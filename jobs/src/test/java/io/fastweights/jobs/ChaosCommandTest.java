package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors of the chaos command before it starts anything. */
class ChaosCommandTest extends CommandTest {
  @ParameterizedTest
  @CsvSource({
    "--faults=-1, '--faults is -1, must be at least 0'",
    "--rate=0, '--rate is 0, must be at least 1'",
    "--soak=2s, '--soak is 2s, must be at least 10 s'",
    "--soak=long, --soak is long"
  })
  void refusesAnOptionOutOfRange(String option, String message) {
    Result result = execute("chaos", option);
    assertThat(result.err()).contains(message);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void refusesFaultsInASoak() {
    Result result = execute("chaos", "--faults=5", "--soak=1h");
    assertThat(result.err()).contains("--soak does no faults: leave --faults out");
    assertThat(result.exitCode()).isEqualTo(1);
  }
}
