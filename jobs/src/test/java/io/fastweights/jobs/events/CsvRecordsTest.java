package io.fastweights.jobs.events;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.kernels.schema.EventFormat.Csv;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of CSV files, by RFC 4180 and as far from it as files are. */
class CsvRecordsTest {
  private static final Csv COMMAS = new Csv(',', '"', null, null, '.', false, null);
  private static final Csv TRIMMED = new Csv(',', '"', null, null, '.', true, null);

  private static List<Line> read(Csv csv, String charset, InputStream in) throws IOException {
    List<Line> lines = new ArrayList<>();
    try (RecordReader reader = new Layout(Layout.Framing.CSV, csv, charset).reader(0, in)) {
      for (Line line = reader.next(); line != null; line = reader.next()) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static List<Line> read(Csv csv, String text) throws IOException {
    return read(csv, null, new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  private static List<List<String>> cells(List<Line> lines) {
    return lines.stream().map(line -> Arrays.asList(line.cells())).toList();
  }

  /** Quoted or not, cells of characters that matter; no record that is blank. */
  private static String randomFile(Random random) {
    String[] parts = {"a", "é", "\u00A0", " ", "😀", "\\", "#", ";", "\t", "'"};
    StringBuilder text = new StringBuilder();
    int cells = random.nextInt(4);
    for (int i = random.nextInt(20); i >= 0; i--) {
      text.append('x');
      for (int cell = cells; cell >= 0; cell--) {
        boolean quoted = random.nextBoolean();
        text.append(quoted ? ",\"" : ",");
        for (int n = random.nextInt(5); n > 0; n--) {
          text.append(parts[random.nextInt(parts.length)]);
          if (quoted) {
            text.append(List.of("", "\"\"", ",", "\n", "\r\n").get(random.nextInt(5)));
          }
        }
        text.append(quoted ? "\"" : "");
      }
      text.append(random.nextBoolean() ? "\n" : "\r\n");
    }
    return text.toString();
  }

  @Test
  void readsWhatAnotherReaderReads() throws Exception {
    char[] delimiters = {',', '|', '→'};
    for (int seed = 0; seed < 3000; seed++) {
      char delimiter = delimiters[seed % delimiters.length];
      String text = randomFile(new Random(seed)).replace(',', delimiter);
      List<List<String>> expected = new ArrayList<>();
      List<Long> numbers = new ArrayList<>();
      try (CsvReader<CsvRecord> reader =
          CsvReader.builder().fieldSeparator(delimiter).ofCsvRecord(text)) {
        for (CsvRecord record : reader) {
          expected.add(record.getFields().stream().map(f -> f.isEmpty() ? null : f).toList());
          numbers.add(record.getStartingLineNumber());
        }
      }
      List<Line> read = read(new Csv(delimiter, '"', null, null, '.', false, null), text);
      assertThat(cells(read)).as("seed %d: %s", seed, text).isEqualTo(expected);
      assertThat(read).as("seed %d", seed).extracting(Line::number).isEqualTo(numbers);
    }
  }

  /** Buffers end everywhere: in the middle of a character, of a line end, of two quotes. */
  @Test
  void readsTheSameWhereverTheBytesStop() throws Exception {
    Random random = new Random(1);
    for (int seed = 0; seed < 300; seed++) {
      String text = randomFile(new Random(seed)).repeat(1 + random.nextInt(3));
      InputStream drops =
          new ByteArrayInputStream(text.getBytes(UTF_8)) {
            @Override
            public synchronized int read(byte[] into, int at, int length) {
              return super.read(into, at, Math.min(length, 1 + random.nextInt(3)));
            }
          };
      assertThat(cells(read(TRIMMED, null, drops)))
          .as("seed %d", seed)
          .isEqualTo(cells(read(TRIMMED, text)));
    }
  }

  /** Where one char is free, a character of two would not fit. */
  @Test
  void readsACharacterOfTwoCharsAtTheEndOfTheBuffer() {
    for (int before = (1 << 16) - 4; before <= 1 << 16; before++) {
      String cell = "x".repeat(before) + "😀";
      List<Line> lines =
          assertTimeoutPreemptively(Duration.ofMinutes(1), () -> read(COMMAS, cell + ",b\n"));
      assertThat(cells(lines)).as("%d before it", before).containsExactly(List.of(cell, "b"));
    }
  }

  @Test
  void refusesARecordThatBreaksTheRulesAndGoesOnBehindItsLine() throws Exception {
    List<Line> lines = read(TRIMMED, "a,b\n\"5\" inch,\"x\ny\",2\nc,\"d\"\n\"e");
    assertThat(lines).extracting(Line::number).containsExactly(1L, 2L, 4L, 5L);
    assertThat(lines.get(1).problem())
        .isEqualTo("the line is not CSV: cell 1 goes on after its closing quote in line 2");
    assertThat(lines.get(1).text()).isEqualTo("\"5\" inch,\"x\ny\",2");
    assertThat(lines.get(2).problem()).isNull();
    assertThat(lines.get(3).problem())
        .isEqualTo(
            "the line is not CSV: the quote that opens in line 5 is not closed before the end of"
                + " the file, line 5");
  }

  @Test
  void takesOtherDialects() throws Exception {
    Csv mysql = new Csv('\t', '\'', '\\', '#', ',', true, null);
    List<Line> lines = read(mysql, "# a remark\na\t'it\\'s ''b''\tc'\t\\N\t x\\ty \n\n");
    assertThat(cells(lines)).containsExactly(List.of("a", "it's 'b'\tc", "\\N", "x\ty"));
    assertThat(lines.get(0).number()).isEqualTo(2);
  }

  @Test
  void dropsBlanksAroundCellsUnlessTheyAreQuoted() throws Exception {
    String text = "u2 , \"/a, b\" ,\" c \",  \n";
    assertThat(cells(read(TRIMMED, text)))
        .containsExactly(Arrays.asList("u2", "/a, b", " c ", null));
    assertThat(cells(read(COMMAS, "a , b\n"))).containsExactly(List.of("a ", " b"));
  }

  @Test
  void saysWhichByteIsNoCharacter() throws Exception {
    byte[] bytes = "user,n\nMüller,1\nMöller,2\nMiller,3\n".getBytes(ISO_8859_1);
    List<Line> lines = read(COMMAS, null, new ByteArrayInputStream(bytes));
    assertThat(lines)
        .extracting(Line::problem)
        .containsExactly(
            null,
            "byte 8 of the file, 0xFC, is not UTF-8; a schema may name another charset",
            "byte 17 of the file, 0xF6, is not UTF-8; a schema may name another charset",
            null);
    assertThat(cells(read(COMMAS, "ISO-8859-1", new ByteArrayInputStream(bytes))))
        .contains(List.of("Müller", "1"), List.of("Möller", "2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-8"})
  void readsByTheMarkAtTheBeginning(String charset) throws Exception {
    String mark = charset.equals(UTF_16.name()) ? "" : "\uFEFF";
    byte[] bytes = (mark + "ü,😀\r\nb,c").getBytes(charset);
    assertThat(cells(read(COMMAS, null, new ByteArrayInputStream(bytes))))
        .containsExactly(List.of("ü", "😀"), List.of("b", "c"));
  }
}
