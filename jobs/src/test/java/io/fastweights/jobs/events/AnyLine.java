package io.fastweights.jobs.events;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.LineParser;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.kernels.Allocations;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Properties of a reader and a parser of records for arbitrary bytes of a file. The checks of each
 * record are plain comparisons: AssertJ's take longer than the reader.
 */
final class AnyLine {
  /** A record of two bytes may be refused with a reason of a hundred. */
  private static final int TIMES_INPUT = 2048;

  /** One of so many inputs is read again, from a stream that gives a few bytes at a time. */
  private static final int IN_PIECES = 8;

  private static final int MOST_OF_PIECE = 7;

  private AnyLine() {}

  static void parse(Layout layout, LineParser parser, byte[] bytes) {
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(layout, parser, bytes));
    if (bytes.length % IN_PIECES == 0) {
      requireSameInPieces(layout, bytes);
    }
  }

  private static long readOrRefuse(Layout layout, LineParser parser, byte[] bytes) {
    long last = 1;
    String[] cells = new String[3];
    try (RecordReader records = layout.reader(0, new ByteArrayInputStream(bytes))) {
      for (Line line = records.next(); line != null; line = records.next()) {
        require(line.number() >= last, "its number is smaller than before", line);
        last = line.number();
        if (line.problem() == null) {
          parseOrRefuse(parser, line, cells);
        } else {
          require(!line.problem().isBlank(), "its problem is blank", line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return last;
  }

  private static void parseOrRefuse(LineParser parser, Line line, String[] cells) {
    try {
      parser.parse(line, cells);
    } catch (MalformedEventException e) {
      require(!e.getMessage().isBlank(), "its reason is blank", line);
      return;
    }
    for (String cell : cells) {
      require(cell == null || !cell.isEmpty(), "a cell is empty, not null", line);
    }
  }

  /** Characters and records may end anywhere in what a stream gives at once. */
  private static void requireSameInPieces(Layout layout, byte[] bytes) {
    try (RecordReader whole = layout.reader(0, new ByteArrayInputStream(bytes));
        RecordReader pieces = layout.reader(0, new InPieces(bytes))) {
      Line line;
      do {
        line = whole.next();
        Line same = pieces.next();
        if (!same(line, same)) {
          throw new AssertionError("in pieces it is " + same + ": " + line);
        }
      } while (line != null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean same(Line a, Line b) {
    if (a == null || b == null) {
      return a == b;
    }
    return a.number() == b.number()
        && a.text().equals(b.text())
        && Objects.equals(a.problem(), b.problem())
        && Arrays.equals(a.cells(), b.cells());
  }

  private static void require(boolean holds, String otherwise, Line line) {
    if (!holds) {
      throw new AssertionError(otherwise + ": " + line);
    }
  }

  /** Gives one byte, then two, up to a few, and begins again. */
  private static final class InPieces extends InputStream {
    private final ByteArrayInputStream in;
    private int piece;

    private InPieces(byte[] bytes) {
      in = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() {
      return in.read();
    }

    @Override
    public int read(byte[] into, int from, int length) {
      piece = piece % MOST_OF_PIECE + 1;
      return in.read(into, from, Math.min(piece, length));
    }
  }
}
