package io.fastweights.jobs.bench.ask;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** {@code bench ask}: a broker, a job and a service, each ask answered once. */
class AskBenchIT {
  private static final Path LIB = Path.of(System.getProperty("fastweights.broker.lib"));

  @Test
  void eachAskThatCountsHasOneAnswer() throws Exception {
    double[] millis =
        new AskBenchmark(LIB, Isolation.READ_UNCOMMITTED, 1, 60_000, 10).run(100, 1, 2);
    assertThat(millis).as("asks of two seconds, half of the messages").hasSize(100);
    assertThat(Arrays.stream(millis).min().orElseThrow()).as("milliseconds").isPositive();
  }
}
