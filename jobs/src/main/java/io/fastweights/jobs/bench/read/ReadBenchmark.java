package io.fastweights.jobs.bench.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.StringArrayHandler;
import io.fastweights.jobs.bench.load.FlightInputs;
import io.fastweights.jobs.demo.DemoEvents;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The readings of {@code bench read}: the demo's events, by a library alone and by the readers of a
 * job, from a file and in one thread.
 */
final class ReadBenchmark implements AutoCloseable {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final JsonFactory JSON = new JsonFactoryBuilder().rootValueSeparator("\n").build();

  private final WorkFolder work = WorkFolder.create();
  private final Path csv;
  private final EventFiles csvFiles;
  private final Path json;
  private final EventFiles jsonFiles;

  /** The last event that was read: a field keeps it from being optimised away. */
  private Object read;

  private long events;

  /** One way to read the events. */
  enum Reading {
    CSV_ALONE("FastCSV alone"),
    CSV_PARSED("CSV, parsed"),
    CSV_ENCODED("CSV, parsed and encoded"),
    JSON_ALONE("Jackson alone"),
    JSON_PARSED("JSON, parsed"),
    JSON_ENCODED("JSON, parsed and encoded");

    private final String text;

    Reading(String text) {
      this.text = text;
    }

    /** Reading of the same file by a library alone. */
    Reading alone() {
      return ordinal() < JSON_ALONE.ordinal() ? CSV_ALONE : JSON_ALONE;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Cost of an event.
   *
   * @param nanos of all processors, those of the garbage collector included
   * @param bytes that the reading thread allocated
   */
  record Cost(double nanos, double bytes) {}

  /**
   * @param days of the demo
   */
  ReadBenchmark(int days) throws IOException {
    csv = DemoEvents.write(days, work.temporary());
    csvFiles = EventFiles.of(csv, DemoEvents.SCHEMA);
    json = work.temporary().resolve("events.jsonl");
    writeJson();
    jsonFiles = EventFiles.of(json, DemoEvents.SCHEMA);
  }

  /** Writes the CSV events as JSON objects, one a line, without the cells that are empty. */
  private void writeJson() throws IOException {
    try (JsonGenerator out = JSON.createGenerator(Files.newBufferedWriter(json))) {
      parse(csvFiles, event -> writeJson(event, out));
    }
  }

  private void writeJson(Event event, JsonGenerator out) throws IOException {
    out.writeStartObject();
    for (int i = 0; i < event.cells().length; i++) {
      String cell = event.cells()[i];
      if (cell != null) {
        out.writeFieldName(csvFiles.columns().get(i));
        if (Character.isDigit(cell.charAt(0)) && cell.length() < 10) {
          out.writeNumber(cell);
        } else {
          out.writeString(cell);
        }
      }
    }
    out.writeEndObject();
  }

  /** Reads the whole file, again and again until the seconds have passed. */
  Cost measure(Reading reading, double seconds) throws IOException {
    events = 0;
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    long nanos = PROCESS.getProcessCpuTime();
    long begin = System.nanoTime();
    do {
      read(reading);
      // The clock of processor time may tick in hundredths of a second.
    } while (System.nanoTime() - begin < seconds * 1e9 || PROCESS.getProcessCpuTime() == nanos);
    nanos = PROCESS.getProcessCpuTime() - nanos;
    allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    return new Cost((double) nanos / events, (double) allocated / events);
  }

  private void read(Reading reading) throws IOException {
    switch (reading) {
      case CSV_ALONE -> fastCsv();
      case CSV_PARSED -> parse(csvFiles, event -> read = event);
      case CSV_ENCODED -> encode(csvFiles);
      case JSON_ALONE -> jackson();
      case JSON_PARSED -> parse(jsonFiles, event -> read = event);
      case JSON_ENCODED -> encode(jsonFiles);
    }
  }

  private void fastCsv() throws IOException {
    try (CsvReader<String[]> reader = CsvReader.builder().build(StringArrayHandler.of(), csv)) {
      for (String[] cells : reader) {
        read = cells;
        events++;
      }
    }
  }

  /** A parser for each line, as one that is broken must not spoil the next. */
  private void jackson() throws IOException {
    List<String> columns = jsonFiles.columns();
    Map<String, Integer> places = new HashMap<>();
    IntStream.range(0, columns.size()).forEach(i -> places.put(columns.get(i), i));
    try (BufferedReader lines = Files.newBufferedReader(json)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] values = new String[columns.size()];
        try (JsonParser parser = JSON.createParser(line)) {
          parser.nextToken();
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            int place = places.get(parser.currentName());
            parser.nextToken();
            values[place] = parser.getText();
          }
        }
        read = values;
        events++;
      }
    }
  }

  /** Takes an event. */
  private interface Taker {
    void take(Event event) throws IOException, MalformedEventException;
  }

  private void parse(EventFiles files, Taker taker) throws IOException {
    EventParser parser = new EventParser(files, DemoEvents.SCHEMA);
    files.forEach(line -> parse(parser, line, taker));
  }

  private void parse(EventParser parser, Line line, Taker taker) {
    try {
      Event event = parser.parse(line);
      if (event != null) {
        taker.take(event);
        events++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (MalformedEventException e) {
      throw new IllegalStateException(line.text(), e);
    }
  }

  private void encode(EventFiles files) throws IOException {
    FlightInputs inputs = new FlightInputs(files.columns());
    float[] input = new float[inputs.model().inputDim()];
    float[] target = new float[inputs.model().targetDim()];
    parse(files, event -> inputs.read(event, input, target));
    read = input;
  }

  @Override
  public void close() {
    work.close();
  }
}
