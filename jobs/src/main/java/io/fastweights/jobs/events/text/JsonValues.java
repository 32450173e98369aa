package io.fastweights.jobs.events.text;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import java.io.IOException;

/**
 * The objects of a JSON file that are not one a line: those of one array, or objects one after the
 * other over several lines. What stands between them is refused, up to the end of its line.
 */
public final class JsonValues implements RecordReader {
  private final RecordBuffer buffer;
  private long line = 1;
  private boolean ended;

  public JsonValues(int file, DecodedFile in) {
    buffer = new RecordBuffer(file, in);
  }

  @Override
  public Line next() throws IOException {
    while (!ended) {
      buffer.begin();
      int c = buffer.peek();
      if (c < 0) {
        ended = true;
        return buffer.brokenEnd(line);
      }
      if (c == '{') {
        return object();
      }
      if (c == '[' || c == ']' || c == ',' || Character.isWhitespace(c)) {
        pass();
      } else {
        return between();
      }
    }
    return null;
  }

  private int pass() throws IOException {
    int c = buffer.peek();
    if (c == '\n') {
      line++;
    }
    buffer.pos++;
    return c;
  }

  private Line between() throws IOException {
    for (int c = buffer.peek(); c >= 0 && c != '\n'; c = buffer.peek()) {
      buffer.pos++;
    }
    return buffer.line(line, buffer.pos, "this is no JSON object", null);
  }

  private Line object() throws IOException {
    long number = line;
    int depth = 0;
    do {
      int c = buffer.peek();
      if (c < 0) {
        ended = true;
        String problem = "the object that begins here does not end before the end of the file";
        return buffer.line(number, buffer.pos, problem, null);
      }
      pass();
      if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      } else if (c == '"') {
        text();
      }
    } while (depth > 0);
    return buffer.line(number, buffer.pos, null, null);
  }

  /** Passes a text whose opening quote has passed. */
  private void text() throws IOException {
    for (int c = buffer.peek(); c >= 0; c = buffer.peek()) {
      pass();
      if (c == '"') {
        return;
      }
      if (c == '\\' && buffer.peek() >= 0) {
        pass();
      }
    }
  }

  @Override
  public void close() throws IOException {
    buffer.close();
  }
}
