package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.Allocations;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Properties of a reader and a parser of records for arbitrary bytes of a file. */
final class AnyLine {
  /** A record of two bytes may be refused with a reason of a hundred. */
  private static final int TIMES_INPUT = 2048;

  private AnyLine() {}

  static void parse(Layout layout, LineParser parser, byte[] bytes) {
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(layout, parser, bytes));
  }

  private static long readOrRefuse(Layout layout, LineParser parser, byte[] bytes) {
    long last = 0;
    try (RecordReader records = layout.reader(0, new ByteArrayInputStream(bytes))) {
      for (Line line = records.next(); line != null; line = records.next()) {
        assertThat(line.number()).isGreaterThanOrEqualTo(Math.max(1, last));
        last = line.number();
        readOrRefuse(parser, line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return last;
  }

  private static void readOrRefuse(LineParser parser, Line line) {
    String[] cells = new String[3];
    try {
      if (line.problem() == null) {
        parser.parse(line, cells);
        assertThat(cells).doesNotContain("");
      }
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
