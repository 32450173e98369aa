package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whatever stands in a file: an event or a reason, never another exception. */
class EventTextFuzzTest {
  @FuzzTest
  void anyTextIsATimeOrMalformed(byte[] bytes) {
    try {
      long millis = Timestamps.parse(new String(bytes, StandardCharsets.UTF_8));
      assertThat(Timestamps.parse(Long.toString(millis))).isEqualTo(millis);
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @FuzzTest
  void anyLineIsCsvOrMalformed(byte[] bytes) {
    parse(new CsvLineParser(new int[] {0, 1, 2}), bytes);
  }

  @FuzzTest
  void anyLineIsJsonOrMalformed(byte[] bytes) {
    parse(new JsonLineParser(List.of("a", "b", "c"), List.of("a")), bytes);
  }

  private static void parse(LineParser parser, byte[] bytes) {
    String[] cells = new String[3];
    try {
      parser.parse(new String(bytes, StandardCharsets.UTF_8), cells);
      assertThat(cells).doesNotContain("");
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
