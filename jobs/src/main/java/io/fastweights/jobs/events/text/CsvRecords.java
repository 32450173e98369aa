package io.fastweights.jobs.events.text;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.kernels.schema.EventFormat.Csv;
import java.io.IOException;
import java.util.Arrays;

/**
 * The records of a CSV file by RFC 4180: a quoted cell may hold delimiters, doubled quotes and line
 * breaks. Frames and parses in one pass, so that no line inside a quoted cell is taken for a
 * record. A record that breaks the rules is refused as a whole and ends with its line.
 */
public final class CsvRecords implements RecordReader {
  private static final int NONE = -2;
  private static final String NOT_CSV = "the line is not CSV: ";

  private final RecordBuffer buffer;
  private final char delimiter;
  private final char quote;
  private final int escape;
  private final int comment;
  private final boolean trim;

  /** No character above it ends or escapes in a cell without quotes. */
  private final int lastSpecial;

  private String[] cells = new String[16];
  private int count;
  private long line = 1;
  private boolean quoted;
  private String problem;
  private boolean ended;

  /**
   * @param csv with a delimiter
   */
  public CsvRecords(int file, DecodedFile in, Csv csv) {
    buffer = new RecordBuffer(file, in);
    delimiter = csv.delimiter();
    quote = csv.quote();
    escape = csv.escape() == null ? NONE : csv.escape();
    comment = csv.comment() == null ? NONE : csv.comment();
    trim = csv.trim();
    lastSpecial = Math.max(Math.max(delimiter, escape), '\r');
  }

  @Override
  public Line next() throws IOException {
    while (!ended) {
      buffer.begin();
      long number = line;
      boolean skipped = buffer.peek() == comment;
      if (skipped) {
        toLineEnd();
      } else {
        record();
      }
      int lineEnd = lineEnd();
      if (lineEnd == 0 && buffer.isEmpty()) {
        return buffer.brokenEnd(number);
      }
      int end = buffer.pos - lineEnd;
      if (!skipped && (quoted || count > 1 || problem != null || !buffer.isBlank(end))) {
        return buffer.line(number, end, problem, taken());
      }
    }
    return null;
  }

  /** The record's cells. The next record probably has as many, and then none are copied. */
  private String[] taken() {
    String[] taken = count == cells.length ? cells : Arrays.copyOf(cells, count);
    cells = new String[count];
    return taken;
  }

  /** Passes the end of the line, or of the file, and says how many characters it has. */
  private int lineEnd() throws IOException {
    int c = buffer.peek();
    if (c < 0) {
      ended = true;
      return 0;
    }
    boolean two = c == '\r' && buffer.peekSecond() == '\n';
    int length = two ? 2 : 1;
    buffer.pos += length;
    line++;
    return length;
  }

  private void record() throws IOException {
    count = 0;
    quoted = false;
    problem = null;
    while (!plainCells()) {
      add(cell());
      if (buffer.peek() != delimiter) {
        return;
      }
      buffer.pos++;
    }
  }

  /**
   * Reads the next cells as long as they have no quote, no escape, and their end in the buffer.
   * That is nearly all cells; a position in a field, stored and loaded for each, would take a
   * quarter longer.
   *
   * @return true if the record ends with them
   */
  private boolean plainCells() {
    char[] chars = buffer.chars;
    int limit = buffer.limit;
    int pos = buffer.pos;
    while (true) {
      int from = pos;
      while (trim && from < limit && isBlank(chars[from])) {
        from++;
      }
      int end = from < limit && chars[from] == quote ? limit : from;
      while (end < limit && (chars[end] > lastSpecial || !ends(chars[end]))) {
        end++;
      }
      if (end == limit || chars[end] == escape) {
        buffer.pos = pos;
        return false;
      }
      add(cell(from, end));
      if (chars[end] != delimiter) {
        buffer.pos = end;
        return true;
      }
      pos = end + 1;
    }
  }

  private void add(String cell) {
    if (count == cells.length) {
      cells = Arrays.copyOf(cells, 2 * count);
    }
    cells[count++] = cell;
  }

  /** A cell without quotes; null if it is empty. */
  private String cell(int from, int to) {
    int end = to;
    while (trim && end > from && isBlank(buffer.chars[end - 1])) {
      end--;
    }
    return end == from ? null : text(from, end);
  }

  private String cell() throws IOException {
    int c = trim ? skipBlanks() : buffer.peek();
    return c == quote ? quotedCell() : plainCell();
  }

  /** Passes blanks and returns the character behind them, as {@link RecordBuffer#peek}. */
  private int skipBlanks() throws IOException {
    int c = buffer.peek();
    while (isBlank(c)) {
      buffer.pos++;
      c = buffer.peek();
    }
    return c;
  }

  private boolean isBlank(int c) {
    return (c == ' ' || c == '\t') && c != delimiter;
  }

  private void toLineEnd() throws IOException {
    for (int c = buffer.peek(); c >= 0 && c != '\n' && c != '\r'; c = buffer.peek()) {
      buffer.pos++;
    }
  }

  private String plainCell() throws IOException {
    buffer.mark = buffer.pos;
    StringBuilder unescaped = null;
    for (int c = buffer.peek(); c >= 0 && (c == escape || !ends(c)); c = buffer.peek()) {
      if (c == escape) {
        unescaped = escaped(unescaped);
      } else {
        buffer.pos++;
      }
    }
    String rest = cell(buffer.mark, buffer.pos);
    return unescaped == null ? rest : nullIfEmpty(unescaped + (rest == null ? "" : rest));
  }

  private boolean ends(int c) {
    return c == delimiter || c == '\n' || c == '\r' || c == escape;
  }

  private String quotedCell() throws IOException {
    long opened = line;
    quoted = true;
    buffer.pos++;
    buffer.mark = buffer.pos;
    StringBuilder before = null;
    while (true) {
      int c = buffer.peek();
      if (c < 0) {
        problem =
            NOT_CSV
                + "the quote that opens in line "
                + opened
                + " is not closed before the end of the file, line "
                + line;
        return null;
      }
      if (c == escape && c != quote) {
        before = escaped(before);
      } else if (c != quote) {
        countLine(c);
        buffer.pos++;
      } else if (buffer.peekSecond() == quote) {
        buffer.pos++;
        before = append(before, text(buffer.mark, buffer.pos));
        buffer.pos++;
        buffer.mark = buffer.pos;
      } else {
        String rest = text(buffer.mark, buffer.pos);
        buffer.pos++;
        afterQuote();
        return nullIfEmpty(before == null ? rest : before + rest);
      }
    }
  }

  private void countLine(int c) throws IOException {
    if (c == '\n' || c == '\r' && buffer.peekSecond() != '\n') {
      line++;
    }
  }

  private void afterQuote() throws IOException {
    int c = trim ? skipBlanks() : buffer.peek();
    if (c < 0 || c == delimiter || c == '\n' || c == '\r') {
      return;
    }
    if (problem == null) {
      problem =
          NOT_CSV + "cell " + (count + 1) + " goes on after its closing quote in line " + line;
    }
    while (c >= 0 && c != delimiter && c != '\n' && c != '\r') {
      buffer.pos++;
      c = buffer.peek();
    }
  }

  /** Appends what stands before an escape, and the character after it. */
  private StringBuilder escaped(StringBuilder before) throws IOException {
    StringBuilder all = append(before, text(buffer.mark, buffer.pos));
    buffer.pos++;
    int c = buffer.peek();
    if (c >= 0) {
      countLine(c);
      all.append(
          switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            // The word for a missing value, which is not to be read as a letter.
            case 'N' -> "\\N";
            default -> (char) c;
          });
      buffer.pos++;
    }
    buffer.mark = buffer.pos;
    return all;
  }

  private static StringBuilder append(StringBuilder before, String text) {
    return (before == null ? new StringBuilder() : before).append(text);
  }

  private String text(int from, int to) {
    return from >= to ? "" : new String(buffer.chars, from, to - from);
  }

  private static String nullIfEmpty(String text) {
    return text.isEmpty() ? null : text;
  }

  @Override
  public void close() throws IOException {
    buffer.close();
  }
}
