package io.fastweights.jobs.events;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.jobs.events.text.JsonLineParser;
import java.util.List;

/** Any bytes as a JSON file: cells of events, or a reason, never another exception. */
class JsonLineFuzzTest {
  private static final JsonLineParser PARSER =
      new JsonLineParser(List.of("a", "b", "b.c[1]"), List.of("a"));

  @FuzzTest
  void anyLineIsJsonOrMalformed(byte[] bytes) {
    AnyLine.parse(new Layout(Layout.Framing.JSON_LINES, null, null), PARSER, bytes);
    AnyLine.parse(new Layout(Layout.Framing.JSON_VALUES, null, null), PARSER, bytes);
  }
}
