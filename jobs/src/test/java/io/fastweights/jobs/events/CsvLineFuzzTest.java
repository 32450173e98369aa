package io.fastweights.jobs.events;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any line as CSV: an event's cells, or a reason, never another exception. */
class CsvLineFuzzTest {
  @FuzzTest
  void anyLineIsCsvOrMalformed(byte[] bytes) {
    AnyLine.parse(new CsvLineParser(new int[] {0, 1, 2}), bytes);
  }
}
