package io.fastweights.jobs.events.text;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * The characters of a file around the record that is being read: {@code chars[start ... limit -
 * 1]}, of which {@code pos} is the next. Of a record beyond {@link RecordReader#MOST_CHARS} only
 * the beginning is kept.
 */
final class RecordBuffer implements Closeable {
  private static final int KEPT_OF_TOO_LONG = 1000;

  /** The buffer of a small file stays small; that of a larger one grows with it. */
  private static final int FIRST_CHARS = 1 << 8;

  /** Longer records take a larger buffer. */
  private static final int USUAL_CHARS = 1 << 16;

  char[] chars = new char[FIRST_CHARS];
  int pos;
  int limit;

  /** A place in the record that its reader needs, as the beginning of a cell; moves with it. */
  int mark;

  private final int file;
  private final DecodedFile in;
  private int start;
  private long before;
  private long recordAt;
  private String tooLong;
  private boolean ended;

  RecordBuffer(int file, DecodedFile in) {
    this.file = file;
    this.in = in;
  }

  /** A record begins at the next character. */
  void begin() {
    start = pos;
    mark = pos;
    recordAt = before + pos;
    tooLong = null;
  }

  /** The next character, which stays; -1 at the end of the file. */
  int peek() throws IOException {
    return pos < limit || fill() ? chars[pos] : -1;
  }

  /** The character after the next, in case they belong together; -1 at the end of the file. */
  int peekSecond() throws IOException {
    pos++;
    int second = peek();
    pos--;
    return second;
  }

  /** Reads more characters behind {@link #limit}; false at the end of the file. */
  boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    if (pos - start > RecordReader.MOST_CHARS) {
      if (tooLong == null) {
        tooLong = new String(chars, start, KEPT_OF_TOO_LONG);
      }
      // One character stays for peekSecond.
      start = pos - 1;
      mark = pos;
    }
    if (chars.length - limit < DecodedFile.LEAST_ROOM) {
      makeRoom();
    }
    int read = in.read(chars, limit, chars.length - limit);
    ended = read < 0;
    limit += Math.max(0, read);
    return read > 0;
  }

  private void makeRoom() {
    if (chars.length >= USUAL_CHARS && start > chars.length / 2) {
      System.arraycopy(chars, start, chars, 0, limit - start);
      before += start;
      pos -= start;
      mark -= start;
      limit -= start;
      start = 0;
    } else {
      chars = Arrays.copyOf(chars, 2 * chars.length);
    }
  }

  /** True if the record has no characters. */
  boolean isEmpty() {
    return before + pos == recordAt;
  }

  /** True if the record has a carriage return before a position, as in a Windows line ending. */
  boolean endsWithReturn(int end) {
    return end > start && chars[end - 1] == '\r';
  }

  /** True if the record has only whitespace. */
  boolean isBlank(int end) {
    for (int i = start; i < end; i++) {
      if (chars[i] > ' ' && !Character.isWhitespace(chars[i])) {
        return false;
      }
    }
    return tooLong == null;
  }

  /**
   * The record that ends here.
   *
   * @param number of its first line
   * @param end of its text
   * @param problem of its reader; null for none
   */
  Line line(long number, int end, String problem, String[] cells) {
    String bytes = in.problem(recordAt, before + pos);
    long length = before + end - recordAt;
    if (tooLong != null || length > RecordReader.MOST_CHARS) {
      String kept = tooLong != null ? tooLong : new String(chars, start, KEPT_OF_TOO_LONG);
      String most =
          String.format(
              Locale.ROOT,
              "the line has %d characters, at most %d",
              length,
              RecordReader.MOST_CHARS);
      return new Line(file, number, kept, most, null, in.bytes());
    }
    String why = ended && pos == limit && in.broken() != null ? in.broken() : problem;
    String text = new String(chars, start, end - start);
    return new Line(file, number, text, why == null ? bytes : why, cells, in.bytes());
  }

  /** A compressed file ended before its end, in front of this record. */
  Line brokenEnd(long number) {
    return in.broken() == null ? null : new Line(file, number, "", in.broken(), null);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
