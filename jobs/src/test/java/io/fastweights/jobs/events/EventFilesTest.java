package io.fastweights.jobs.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.fastweights.jobs.events.records.Compression;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Files as they are found: looked at once, then read as they were seen. */
class EventFilesTest {
  private static final String SCHEMA =
      """
      {"key": "user", "time": %s,
       "fields": [{"name": "page", "encoder": "hashed", "buckets": 64}],
       "target": {"name": "bought", "encoder": "binary"} %s}
      """;

  @TempDir Path folder;

  private static Schema schema(String more) {
    return SchemaJson.parse(String.format(Locale.ROOT, SCHEMA, "\"time\"", more));
  }

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  /** Every event of the files; a malformed one fails. */
  private static List<Event> events(EventFiles files, Schema schema) throws IOException {
    EventParser parser = new EventParser(files, schema);
    List<Event> events = new ArrayList<>();
    files.forEach(
        line -> {
          try {
            Event event = parser.parse(line);
            if (event != null) {
              events.add(event);
            }
          } catch (MalformedEventException e) {
            throw new AssertionError(line.number() + ": " + e.getMessage(), e);
          }
        });
    return events;
  }

  private List<Event> events(Path path, Schema schema) throws IOException {
    return events(EventFiles.of(path, schema), schema);
  }

  @Test
  void readsTheFilesOfAFolderByTheNumbersInTheirNames() throws Exception {
    String header = "user,time,page,bought\n";
    file("in/part-10.csv", header + "u10,3,p,1\n");
    file("in/part-9.csv", header + "u9,2,p,1\n");
    file("in/a/part-0.csv", header + "u0,1,p,1\n");
    file("in/_temporary/part-0.csv", "broken");
    file("in/.part.csv", "broken");
    file("in/schema.json", String.format(Locale.ROOT, SCHEMA, "\"time\"", ""));
    EventFiles files = EventFiles.of(folder.resolve("in"), schema(""));
    assertThat(events(files, schema(""))).extracting(Event::key).containsExactly("u0", "u9", "u10");
    assertThat(files.notes()).anyMatch(note -> note.endsWith("no event, passed over"));
    Path pattern = folder.resolve("in/part-*.csv");
    assertThat(events(pattern, schema(""))).extracting(Event::key).containsExactly("u9", "u10");
    assertThatThrownBy(() -> EventFiles.of(folder.resolve("in/*.tsv"), schema("")))
        .hasMessageContaining("no file of events matches");
  }

  @Test
  void hasColumnsOfFoldersOfTheFileAndOfTheSchema() throws Exception {
    Path path = file("site=a%20b/visits.csv", "time,page,bought\n1,p,1\n");
    Schema bySite =
        SchemaJson.parse(
            String.format(Locale.ROOT, SCHEMA, "\"time\"", "").replace("\"user\"", "\"site\""));
    assertThat(events(path, bySite)).extracting(Event::key).containsExactly("a b");
    Schema byFile =
        SchemaJson.parse(
            String.format(Locale.ROOT, SCHEMA, "\"time\"", "").replace("\"user\"", "\"$file\""));
    assertThat(events(path, byFile)).extracting(Event::key).containsExactly("visits");
    Schema all = schema(", \"constants\": {\"user\": \"all\"}");
    assertThat(events(path, all)).extracting(Event::key).containsExactly("all");
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t", "|"})
  void findsTheDelimiterOfCellsThatAreAllQuoted(String delimiter) throws Exception {
    List<String> header = List.of("\"user\"", "\"time\"", "\"page\"", "\"bought\"");
    List<String> row = List.of("\"u1\"", "\"2024-01-01\"", "\"a,b;c|d\"", "\"t\"");
    Path path =
        file(
            "quoted.csv",
            String.join(delimiter, header) + "\n" + String.join(delimiter, row) + "\n");
    assertThat(events(path, schema("")).get(0).cells())
        .containsExactly("u1", "2024-01-01", "a,b;c|d", "t");
    EventSample sample = EventSample.of(List.of(path), 10);
    assertThat(sample.columns()).containsExactly("user", "time", "page", "bought");
    Path broken = file("broken.csv", "\"user\"x" + delimiter + "\"time\"y\n");
    assertThatThrownBy(() -> EventSample.of(List.of(broken), 10))
        .hasMessageContaining("the header of")
        .hasMessageContaining("goes on after its closing quote");
  }

  @Test
  void readsFilesWithoutAHeaderAndOtherNames() throws Exception {
    Path path = file("bare.csv", "sep=;\nu1;2024-01-01;/a;t\n");
    Schema named =
        schema(
            ", \"csv\": {\"header\": [\"user\", \"time\", \"Seite (URL)\", \"bought\"]},"
                + " \"columns\": {\"page\": \"Seite (URL)\"}");
    Event event = events(path, named).get(0);
    assertThat(event.cells()).containsExactly("u1", "2024-01-01", "/a", "t");
    assertThatThrownBy(() -> EventFiles.of(path, schema("")))
        .hasMessageContaining("has no column")
        .hasMessageContaining("csv.header");
  }

  @ParameterizedTest
  @EnumSource
  void inflatesFilesOfSeveralStreams(Compression compression) throws Exception {
    String[] parts = {"user,time,page,bought\nu1,1,p,1\n", "u1,2,p,0\n"};
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String part :
        compression == Compression.DEFLATE ? new String[] {parts[0] + parts[1]} : parts) {
      try (OutputStream out = deflating(compression, bytes)) {
        out.write(part.getBytes(UTF_8));
      }
    }
    String ending =
        List.of("", ".gz", ".bz2", ".xz", ".zst", ".deflate").get(compression.ordinal());
    Path path = Files.write(folder.resolve("events.csv" + ending), bytes.toByteArray());
    assertThat(events(path, schema(""))).extracting(Event::timestamp).containsExactly(1L, 2L);
    if (compression != Compression.NONE) {
      Path plain = file("plain.csv" + ending, parts[0]);
      assertThatThrownBy(() -> EventFiles.of(plain, schema("")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("plain.csv" + ending);
    }
  }

  private static OutputStream deflating(Compression compression, OutputStream to)
      throws IOException {
    return switch (compression) {
      case NONE -> new java.io.FilterOutputStream(to);
      case GZIP -> new GZIPOutputStream(to);
      case BZIP2 -> new BZip2CompressorOutputStream(to);
      case XZ -> new XZOutputStream(to, new LZMA2Options());
      case ZSTANDARD -> new ZstdOutputStream(to);
      case DEFLATE -> new java.util.zip.DeflaterOutputStream(to);
    };
  }

  @Test
  void namesAFormatThatIsNotRead() throws Exception {
    Path path = file("events.orc", "PAR1");
    assertThatThrownBy(() -> EventFiles.of(path, schema("")))
        .hasMessageContaining("events.orc is a file of format ORC, which is not read");
    assertThatThrownBy(() -> EventFiles.of(folder, schema(""))).hasMessageContaining("ORC");
  }

  @Test
  void refusesJsonWhoseMembersAreNearlyColumnsAndSaysWhichAreNone() throws Exception {
    String event = "{\"user\": \"u\", \"time\": 1, \"%s\": \"/a\"}";
    Path nearly = file("nearly.jsonl", String.format(Locale.ROOT, event, "Page"));
    assertThatThrownBy(() -> EventFiles.of(nearly, schema("")))
        .hasMessageContaining("no event of the first has column page; did you mean Page?");
    EventFiles files =
        EventFiles.of(file("none.jsonl", String.format(Locale.ROOT, event, "x")), schema(""));
    assertThat(files.notes())
        .anyMatch(note -> note.endsWith("no event of the first has column page"));
  }

  @Test
  void takesStandardInput() throws Exception {
    byte[] csv = "user,time,page,bought\nu1,1,p,1\n".getBytes(UTF_8);
    assertThat(events(StandardInput.toFile(new ByteArrayInputStream(csv)), schema(""))).hasSize(1);
    byte[] json = " [{\"user\": \"u\", \"time\": 1, \"page\": 1}]".getBytes(UTF_8);
    assertThat(events(StandardInput.toFile(new ByteArrayInputStream(json)), schema(""))).hasSize(1);
  }

  /** Any content of cells: a reader reads what rows wrote. */
  @ParameterizedTest
  @EnumSource
  void readsTheRowsThatARunWrites(RowFormat format) throws Exception {
    List<String> columns = List.of("user", "time", "page", "bought", "no, \"te\"", "x\ny");
    Random random = new Random(9);
    List<String[]> rows = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    String header = format.header(columns);
    text.append(header == null ? "" : header + "\n");
    for (int i = 0; i < 2000; i++) {
      String[] row = {
        "u" + random.nextInt(9),
        Integer.toString(i),
        cell(random),
        i % 3 == 0 ? null : "1",
        cell(random),
        cell(random)
      };
      rows.add(row);
      text.append(format.line(columns, row)).append('\n');
    }
    Path path = file("rows" + format.suffix(), text.toString());
    EventFiles files = EventFiles.of(path, schema(""));
    List<Event> events = events(files, schema(""));
    assertThat(files.columns()).containsExactlyElementsOf(columns);
    assertThat(events).hasSize(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      assertThat(events.get(i).cells()).as("row %d", i).isEqualTo(rows.get(i));
    }
  }

  private static String cell(Random random) {
    String[] parts = {
      "a", " ", ",", "\"", "\n", "\r\n", "\t", "ü", "😀", "\\", "NA", "{", "#", "'"
    };
    StringBuilder cell = new StringBuilder();
    for (int n = random.nextInt(6); n > 0; n--) {
      cell.append(parts[random.nextInt(parts.length)]);
    }
    return cell.isEmpty() ? null : cell.toString();
  }

  /** The second pass of the hour that autumn repeats is told from the first after a restore too. */
  @Test
  @SuppressWarnings("try") // The harness may be interrupted as it closes.
  void goesOnInTheRepeatedHourAfterARestore() throws Exception {
    Schema berlin =
        SchemaJson.parse(
            String.format(
                Locale.ROOT, SCHEMA, "{\"column\": \"time\", \"zone\": \"Europe/Berlin\"}", ""));
    Path path = file("events.csv", "user,time,page,bought\n");
    List<Line> lines = new ArrayList<>();
    for (String time : List.of("02:30", "02:59", "02:10", "02:40")) {
      String[] cells = {"u", "2024-10-27 " + time, "p", "1"};
      lines.add(new Line(0, 2, "", null, cells));
    }
    EventFiles files = EventFiles.of(path, berlin);
    List<Event> all = new ArrayList<>();
    org.apache.flink.runtime.checkpoint.OperatorSubtaskState state = null;
    for (Line line : lines) {
      try (OneInputStreamOperatorTestHarness<Line, Event> harness =
          new OneInputStreamOperatorTestHarness<>(
              new ProcessOperator<>(new EventParser(files, berlin)))) {
        if (state != null) {
          harness.initializeState(state);
        }
        harness.open();
        harness.processElement(line, 0);
        all.addAll(harness.extractOutputValues());
        state = harness.snapshot(1, 1);
      }
    }
    assertThat(all.stream().map(Event::timestamp).map(java.time.Instant::ofEpochMilli).toList())
        .map(Object::toString)
        .containsExactly(
            "2024-10-27T00:30:00Z",
            "2024-10-27T00:59:00Z",
            "2024-10-27T01:10:00Z",
            "2024-10-27T01:40:00Z");
    assertThat(Arrays.asList(all.get(0).cells())).contains("2024-10-27 02:30");
  }
}
