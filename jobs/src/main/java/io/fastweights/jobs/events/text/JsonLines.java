package io.fastweights.jobs.events.text;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import java.io.IOException;

/** The records of a file that has one a line. */
public final class JsonLines implements RecordReader {
  private final RecordBuffer buffer;
  private long number;
  private boolean ended;

  public JsonLines(int file, DecodedFile in) {
    buffer = new RecordBuffer(file, in);
  }

  @Override
  public Line next() throws IOException {
    while (!ended) {
      buffer.begin();
      number++;
      int lineEnd = toLineEnd();
      if (ended && buffer.isEmpty()) {
        return buffer.brokenEnd(number);
      }
      int end = buffer.pos - lineEnd;
      if (!buffer.isBlank(end)) {
        return buffer.line(number, end, null, null);
      }
    }
    return null;
  }

  /** Passes the line and its end, and says how many characters the end has. */
  private int toLineEnd() throws IOException {
    do {
      char[] chars = buffer.chars;
      int limit = buffer.limit;
      int pos = buffer.pos;
      while (pos < limit && chars[pos] != '\n') {
        pos++;
      }
      buffer.pos = pos;
    } while (buffer.pos == buffer.limit && buffer.fill());
    ended = buffer.peek() < 0;
    if (!ended) {
      buffer.pos++;
    }
    int end = ended ? 0 : 1;
    return end + (buffer.endsWithReturn(buffer.pos - end) ? 1 : 0);
  }

  @Override
  public void close() throws IOException {
    buffer.close();
  }
}
