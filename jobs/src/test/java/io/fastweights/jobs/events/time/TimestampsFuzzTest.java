package io.fastweights.jobs.events.time;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.kernels.Allocations;
import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.charset.StandardCharsets;

/** Any text as a time: one, or a reason, never another exception. */
class TimestampsFuzzTest {
  private static final int TIMES_INPUT = 256;

  @FuzzTest
  void anyTextIsATimeOrMalformed(byte[] bytes) throws Exception {
    Long millis = Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(bytes));
    if (millis != null) {
      assertThat(Timestamps.parse(Long.toString(millis))).isEqualTo(millis);
    }
  }

  private static Long readOrRefuse(byte[] bytes) {
    try {
      return Timestamps.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
      return null;
    }
  }
}
