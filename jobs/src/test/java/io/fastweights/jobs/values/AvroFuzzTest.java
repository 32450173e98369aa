package io.fastweights.jobs.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.text.JsonLineParser;
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

  private AvroDecoder decoder;

  @BeforeEach
  void open() throws IOException {
    decoder = decoder(SCHEMA);
  }

  private AvroDecoder decoder(String schema) throws IOException {
    return AvroDecoder.of(Files.writeString(folder.resolve("schema.avsc"), schema));
  }

  private static String json(AvroDecoder decoder, byte... value) throws MalformedEventException {
    return decoder.json(Message.of("t", 0, null, value));
  }

  @FuzzTest
  void anyBytesAreARecordOrMalformed(byte[] bytes) {
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(bytes));
  }

  private String readOrRefuse(byte[] bytes) {
    try {
      String json = json(decoder, bytes);
      assertThat(JsonLineParser.members(json, List.of("user"))).containsKey("user");
      return json;
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
      return e.getMessage();
    }
  }

  /** A bare reader would take the five bytes for values of its own. */
  @Test
  void aValueWithTheNumberOfARegistrysSchemaIsSaidToHaveOne() throws Exception {
    AvroDecoder two =
        decoder(
            "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": [\"null\","
                + " \"int\"]}, {\"name\": \"b\", \"type\": \"string\"}]}");
    assertThatThrownBy(() -> json(two, new byte[] {0, 0, 0, 0, 7, 2, 10, 2, 'x'}))
        .hasMessageContaining("begins with the five bytes of a schema registry, schema 7");
    assertThat(json(two, new byte[] {0, 14, 'a', 'b', 'c', 'd', 'e', 'f', 'g'}))
        .isEqualTo("{\"a\":null,\"b\":\"abcdefg\"}");
  }

  /** A byte a level: a message of 1 MB goes deeper than any stack. */
  @Test
  void aRecordThatIsNestedTooDeeplyIsMalformedAndTheNextOneIsRead() throws Exception {
    AvroDecoder list = decoder(LIST);
    byte[] deep = new byte[1_000_001];
    Arrays.fill(deep, 0, deep.length - 1, (byte) 2);
    assertThatThrownBy(() -> json(list, deep))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the value is nested too deeply");
    assertThat(json(list, new byte[] {2, 0})).isEqualTo("{\"next\":{\"next\":null}}");
  }
}
