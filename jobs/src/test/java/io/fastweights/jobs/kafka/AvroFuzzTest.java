package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.kernels.Allocations;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any content of a message: an event or a reason, never another exception. */
class AvroFuzzTest {
  /** All kinds of values, and one that contains itself. */
  private static final String SCHEMA =
      """
      {"type": "record", "name": "Visit", "fields": [
        {"name": "user", "type": "string"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "price", "type": ["null",
          {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}]},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
        {"name": "tags", "type": {"type": "array", "items": "boolean"}},
        {"name": "parts", "type": {"type": "map", "values": "double"}},
        {"name": "inside", "type": ["null", "Visit"]}]}
      """;

  private static final String LIST =
      """
      {"type": "record", "name": "List", "fields": [
        {"name": "next", "type": ["null", "List"]}]}
      """;

  private static final int TIMES_INPUT = 1024;

  @TempDir Path folder;

  private AvroParser parser;

  @BeforeEach
  void open() throws IOException {
    parser = parser(SCHEMA, List.of("user"));
  }

  private AvroParser parser(String schema, List<String> needed) throws IOException {
    return AvroParser.of(Files.writeString(folder.resolve("schema.avsc"), schema), needed);
  }

  @FuzzTest
  void anyBytesAreARecordOrMalformed(byte[] bytes) {
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(bytes));
  }

  private String[] readOrRefuse(byte[] bytes) {
    String[] cells = new String[parser.columns().size()];
    try {
      parser.parse(bytes, cells);
      assertThat(cells).doesNotContain("");
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    return cells;
  }

  /** A bare reader would take the five bytes for values of its own. */
  @Test
  void aValueWithTheNumberOfARegistrysSchemaIsSaidToHaveOne() throws Exception {
    AvroParser two =
        parser(
            "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": [\"null\","
                + " \"int\"]}, {\"name\": \"b\", \"type\": \"string\"}]}",
            List.of());
    String[] cells = new String[2];
    assertThatThrownBy(() -> two.parse(new byte[] {0, 0, 0, 0, 7, 2, 10, 2, 'x'}, cells))
        .hasMessageContaining("begins with the five bytes of a schema registry, schema 7");
    two.parse(new byte[] {0, 14, 'a', 'b', 'c', 'd', 'e', 'f', 'g'}, cells);
    assertThat(cells).containsExactly(null, "abcdefg");
  }

  /** A byte a level: a message of 1 MB goes deeper than any stack. */
  @Test
  void aRecordThatIsNestedTooDeeplyIsMalformedAndTheNextOneIsRead() throws Exception {
    AvroParser list = parser(LIST, List.of());
    byte[] deep = new byte[1_000_001];
    Arrays.fill(deep, 0, deep.length - 1, (byte) 2);
    String[] cells = new String[1];
    assertThatThrownBy(() -> list.parse(deep, cells))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the value is nested too deeply");
    list.parse(new byte[] {2, 0}, cells);
    assertThat(cells).containsExactly("{\"next\": null}");
  }
}
