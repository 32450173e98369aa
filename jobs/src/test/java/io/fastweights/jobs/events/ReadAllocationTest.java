package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an event allocates beside its strings does not grow with it. */
class ReadAllocationTest {
  private static final int EVENTS = 2000;
  private static final int SHORT = 10;
  private static final int LONG = 1010;

  private static final Schema SCHEMA =
      SchemaJson.parse(
          """
          {"key": "user", "time": "time",
           "fields": [{"name": "page", "encoder": "hashed", "buckets": 64}]}""");

  @TempDir Path folder;

  /** The line and the cell of the field are strings; a copy of either would be one too many. */
  @ParameterizedTest
  @CsvSource({
    "csv, 'u,2001-01-01T00:00Z,%s'",
    "jsonl, '{\"user\":\"u\",\"time\":1000000000000,\"page\":\"%s\"}'"
  })
  void aLongerCellCostsItsStrings(String extension, String line) throws Exception {
    long difference = allocated(extension, line, LONG) - allocated(extension, line, SHORT);
    double perEvent = (double) difference / EVENTS;
    assertThat(perEvent).isBetween(2.0 * (LONG - SHORT), 2.5 * (LONG - SHORT));
  }

  private long allocated(String extension, String line, int chars) throws Exception {
    Path file = folder.resolve(chars + "." + extension);
    String event = line.replace("%s", "a".repeat(chars)) + "\n";
    String header = extension.equals("csv") ? "user,time,page\n" : "";
    Files.writeString(file, header + event.repeat(EVENTS));
    EventFiles files = EventFiles.of(file, SCHEMA);
    read(files);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    read(files);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static void read(EventFiles files) throws IOException {
    EventParser parser = new EventParser(files, SCHEMA);
    EventFields fields = new EventFields(SCHEMA, files.columns());
    RawEvent raw = SCHEMA.newEvent();
    files.forEach(line -> encode(parser, fields, line, raw));
  }

  private static void encode(EventParser parser, EventFields fields, Line line, RawEvent raw) {
    try {
      Event event = parser.parse(line);
      if (event != null) {
        fields.read(event, raw);
        assertThat(SCHEMA.encode(raw).ids()).hasSize(1);
      }
    } catch (MalformedEventException e) {
      throw new AssertionError(line.text(), e);
    }
  }
}
