package io.fastweights.jobs.events;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.jobs.events.text.CsvLineParser;
import io.fastweights.kernels.schema.EventFormat.Csv;

/** Any bytes as a CSV file: cells of events, or a reason, never another exception. */
class CsvLineFuzzTest {
  private static final CsvLineParser PARSER = new CsvLineParser(new int[] {0, 1, 2});
  private static final Csv COMMAS = new Csv(',', '"', null, null, '.', true, null);
  private static final Csv ESCAPES = new Csv('\t', '\'', '\\', '#', ',', false, null);

  @FuzzTest
  void anyLineIsCsvOrMalformed(byte[] bytes) {
    AnyLine.parse(new Layout(Layout.Framing.CSV, COMMAS, null), PARSER, bytes);
    AnyLine.parse(new Layout(Layout.Framing.CSV, ESCAPES, "UTF-8"), PARSER, bytes);
  }
}
