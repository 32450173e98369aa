package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.Allocations;
import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.charset.StandardCharsets;

/** What holds for a parser of lines, whatever the line. */
final class AnyLine {
  private static final int TIMES_INPUT = 256;

  private AnyLine() {}

  static void parse(LineParser parser, byte[] bytes) {
    String line = new String(bytes, StandardCharsets.UTF_8);
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(parser, line));
  }

  private static String[] readOrRefuse(LineParser parser, String line) {
    String[] cells = new String[3];
    try {
      parser.parse(line, cells);
      assertThat(cells).doesNotContain("");
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    return cells;
  }
}
