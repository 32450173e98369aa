package io.fastweights.jobs.events;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.ZipException;

/**
 * Reads a file line by line, UTF-8, blank lines left out. What cannot be read becomes a line with a
 * problem, so that the lines before and after it are not lost.
 */
final class LineReader implements Closeable {
  /** A longer line is not an event but a broken file; what is beyond is not kept. */
  static final int MOST_CHARS = 1 << 20;

  private static final int KEPT_OF_TOO_LONG = 1000;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final int file;
  private final UnlessBroken bytes;
  private final BufferedReader reader;
  private final StringBuilder text = new StringBuilder();
  private long number;
  private long chars;
  private boolean ended;

  LineReader(int file, InputStream in) {
    this.file = file;
    this.bytes = new UnlessBroken(in);
    this.reader = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8), 1 << 16);
  }

  /** The next line that is not blank; null at the end of the file. */
  Line next() throws IOException {
    while (!ended) {
      readLine();
      String problem =
          ended && bytes.broken ? "the compressed file is cut off or broken here" : null;
      if (chars > MOST_CHARS) {
        problem =
            String.format(Locale.ROOT, "the line has %d characters, at most %d", chars, MOST_CHARS);
        text.setLength(KEPT_OF_TOO_LONG);
      }
      if (problem != null || !text.toString().isBlank()) {
        return new Line(file, number, text.toString(), problem);
      }
    }
    return null;
  }

  private void readLine() throws IOException {
    text.setLength(0);
    chars = 0;
    number++;
    for (int c = reader.read(); c != '\n'; c = reader.read()) {
      if (c < 0) {
        ended = true;
        break;
      }
      if (c == BYTE_ORDER_MARK && number == 1 && chars == 0) {
        continue;
      }
      if (++chars <= MOST_CHARS) {
        text.append((char) c);
      }
    }
    int last = text.length() - 1;
    if (last >= 0 && text.charAt(last) == '\r') {
      text.setLength(last);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /** Ends where a compressed file is broken: readers above would lose what they had gathered. */
  private static final class UnlessBroken extends FilterInputStream {
    private boolean broken;

    UnlessBroken(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        return broken ? -1 : in.read(into, offset, length);
      } catch (EOFException | ZipException e) {
        broken = true;
        return -1;
      }
    }
  }
}
