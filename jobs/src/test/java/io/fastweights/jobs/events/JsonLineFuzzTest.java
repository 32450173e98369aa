package io.fastweights.jobs.events;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Any line as JSON: an event's cells, or a reason, never another exception. */
class JsonLineFuzzTest {
  @FuzzTest
  void anyLineIsJsonOrMalformed(byte[] bytes) {
    AnyLine.parse(new JsonLineParser(List.of("a", "b", "c"), List.of("a")), bytes);
  }
}
