package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.kernels.schema.EventFormat.Csv;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFormatTest {
  @TempDir Path folder;

  private static final Csv COMMAS = new Csv(',', '"', null, null, '.', true, null);
  private static final Layout CSV = new Layout(Layout.Framing.CSV, COMMAS, null);
  private static final Layout LINES = new Layout(Layout.Framing.JSON_LINES, null, null);

  private static List<Line> lines(byte[] bytes) throws IOException {
    return lines(LINES, bytes);
  }

  private static List<Line> lines(Layout layout, byte[] bytes) throws IOException {
    List<Line> lines = new ArrayList<>();
    try (RecordReader reader = layout.reader(7, new ByteArrayInputStream(bytes))) {
      for (Line line = reader.next(); line != null; line = reader.next()) {
        lines.add(line);
      }
    }
    return lines;
  }

  @Test
  void numbersLinesAndLeavesOutBlankOnes() throws Exception {
    byte[] text = "\uFEFFone\r\n\n  \ntwo\nthree".getBytes(StandardCharsets.UTF_8);
    assertThat(lines(text))
        .containsExactly(
            new Line(7, 1, "one", null, null),
            new Line(7, 4, "two", null, null),
            new Line(7, 5, "three", null, null));
    assertThat(lines(CSV, text)).extracting(Line::number).containsExactly(1L, 4L, 5L);
    assertThat(lines(CSV, text)).extracting(Line::text).containsExactly("one", "two", "three");
  }

  @Test
  void saysThatALineIsTooLongAndGoesOn() throws Exception {
    String tooLong = "x".repeat(RecordReader.MOST_CHARS + 1);
    for (Layout layout : List.of(LINES, CSV)) {
      List<Line> lines = lines(layout, ("a\n" + tooLong + "\nb").getBytes(StandardCharsets.UTF_8));
      assertThat(lines).extracting(Line::number).containsExactly(1L, 2L, 3L);
      assertThat(lines.get(1).problem()).contains("1048577 characters, at most 1048576");
      assertThat(lines.get(1).text()).hasSize(1000);
      assertThat(lines.get(2).problem()).isNull();
    }
    byte[] quoted = ("a\n\"" + "y\n".repeat(3 << 20) + "\",b\nc").getBytes(StandardCharsets.UTF_8);
    assertThat(lines(CSV, quoted)).extracting(Line::text).contains("a", "c").hasSize(3);
  }

  @Test
  void keepsWhatStandsBeforeTheEndOfACutGzipFile() throws Exception {
    byte[] whole = gzip(text(5000));
    Path file = Files.write(folder.resolve("cut.csv.gz"), Arrays.copyOf(whole, whole.length / 2));
    List<Line> lines =
        read(new LineFormat(List.of(file.toString()), List.of(CSV)), split(file), null);
    assertThat(lines).hasSizeGreaterThan(100);
    assertThat(lines.get(lines.size() - 1).problem()).contains("cut off");
    assertThat(lines.subList(0, lines.size() - 1)).allMatch(line -> line.problem() == null);
  }

  @Test
  void goesOnFromEveryPositionThatACheckpointHolds() throws Exception {
    Path file = Files.write(folder.resolve("events.csv.gz"), gzip(text(3000)));
    LineFormat format = new LineFormat(List.of(file.toString()), List.of(CSV));
    List<CheckpointedPosition> positions = new ArrayList<>();
    List<Line> all = read(format, split(file), positions);
    assertThat(all).hasSize(3000);
    for (int i : new int[] {0, 1, 1023, 1024, 1500, 2999}) {
      FileSourceSplit restored = split(file).updateWithCheckpointedPosition(positions.get(i));
      assertThat(read(format, restored, null))
          .extracting(Line::text)
          .isEqualTo(all.subList(i + 1, 3000).stream().map(Line::text).toList());
    }
  }

  /** Older versions counted lines that are not blank, whatever quotes they are in. */
  @Test
  void goesOnFromPositionsThatCountLines() throws Exception {
    String text = "h,c\n\n1,\"two\n\nlines\"\n2,b\n\"3\n\",c\n4,d\n";
    Path file = Files.writeString(folder.resolve("events.csv"), text);
    LineFormat format = new LineFormat(List.of(file.toString()), List.of(CSV));
    List<String> records = List.of("h,c", "1,\"two\n\nlines\"", "2,b", "\"3\n\",c", "4,d");
    int[] recordsBehind = {0, 1, 2, 2, 3, 4, 4, 5};
    for (int lines = 0; lines < recordsBehind.length; lines++) {
      CheckpointedPosition old = new CheckpointedPosition(CheckpointedPosition.NO_OFFSET, lines);
      assertThat(read(format, split(file).updateWithCheckpointedPosition(old), null))
          .as("after %d lines", lines)
          .extracting(Line::text)
          .isEqualTo(records.subList(recordsBehind[lines], records.size()));
    }
  }

  @Test
  void handsOutFilesInTheirOrder() {
    List<String> paths = List.of("/b/1.csv", "/a/2.csv", "/a/3.csv");
    List<FileSourceSplit> splits = paths.stream().map(p -> split(Path.of(p))).toList();
    InFileOrder order = new InFileOrder(paths, List.of(splits.get(2), splits.get(1)));
    assertThat(order.getNext("host")).contains(splits.get(1));
    order.addSplits(List.of(splits.get(0)));
    assertThat(order.remainingSplits()).containsExactly(splits.get(0), splits.get(2));
    assertThat(order.getNext(null)).contains(splits.get(0));
    assertThat(order.getNext(null)).contains(splits.get(2));
    assertThat(order.getNext(null)).isEmpty();
  }

  private static String text(int lines) {
    return IntStream.range(0, lines)
        .mapToObj(i -> "line " + i * 7919L % 100_003 + "\n")
        .collect(Collectors.joining());
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static FileSourceSplit split(Path file) {
    return new FileSourceSplit("1", new org.apache.flink.core.fs.Path(file.toUri()), 0, 1, 0, 1);
  }

  private static List<Line> read(
      LineFormat format, FileSourceSplit split, List<CheckpointedPosition> positions)
      throws IOException {
    List<Line> lines = new ArrayList<>();
    try (BulkFormat.Reader<Line> reader =
        split.getReaderPosition().isPresent()
            ? format.restoreReader(new Configuration(), split)
            : format.createReader(new Configuration(), split)) {
      for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
        for (RecordAndPosition<Line> r = batch.next(); r != null; r = batch.next()) {
          lines.add(r.getRecord());
          if (positions != null) {
            positions.add(new CheckpointedPosition(r.getOffset(), r.getRecordSkipCount()));
          }
        }
      }
    }
    return lines;
  }
}
