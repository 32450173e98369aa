package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.config.KafkaSourceConfig.Tombstones;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Columns that come from the message and not from its value. */
class MessageCellsTest {
  private static final String SCHEMA =
      """
      {"key": "kafka.key", "time": "kafka.timestamp", "constants": {"one": "1"},
       "columns": {"source": "kafka.headers.source"},
       "fields": [
         {"name": "one", "encoder": "hashed", "buckets": 4},
         {"name": "source", "encoder": "hashed", "buckets": 16},
         {"name": "page", "encoder": "hashed", "buckets": 16}],
       "target": {"name": "kafka.partition", "encoder": "number", "mean": 0, "deviation": 1}}
      """;

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  private static MessageCells cells(String schemaJson) throws Exception {
    return cells(schemaJson, Tombstones.MALFORMED);
  }

  private static MessageCells cells(String schemaJson, Tombstones tombstones) throws Exception {
    Schema schema = SchemaJson.parse(schemaJson);
    KafkaSourceConfig source =
        new KafkaSourceConfig(
            "b:1",
            "visits",
            null,
            null,
            false,
            null,
            null,
            null,
            null,
            tombstones,
            null,
            null,
            null,
            null);
    return KafkaEvents.of(source, schema).messages(schema);
  }

  private static Message message(String key, long time, String value, String... sources) {
    Message message =
        new Message("visits", 3, 17, time, bytes(key), bytes(value), new String[0], new byte[0][]);
    for (String source : sources) {
      Map<String, byte[]> header = new LinkedHashMap<>();
      header.put("source", bytes(source));
      message = message.with(header);
    }
    return message;
  }

  @Test
  void aMessagesOwnPartsAreColumns() throws Exception {
    MessageCells cells = cells(SCHEMA);
    Event event = cells.event(message("ü", 5000, "{\"page\": \"p\", \"one\": 7}", "first", "last"));
    assertThat(event.key()).isEqualTo("ü");
    assertThat(event.timestamp()).isEqualTo(5000);
    assertThat(cells.columns())
        .contains("kafka.key", "kafka.timestamp", "one", "kafka.headers.source", "page");
    Map<String, String> found = new LinkedHashMap<>();
    for (int i = 0; i < event.cells().length; i++) {
      found.put(cells.columns().get(i), event.cells()[i]);
    }
    assertThat(found)
        .containsEntry("kafka.timestamp", "1970-01-01T00:00:05Z")
        .containsEntry("one", "1")
        .containsEntry("kafka.headers.source", "last")
        .containsEntry("kafka.partition", "3")
        .containsEntry("page", "p");
  }

  @Test
  void aMessageWithoutThemIsMalformed() throws Exception {
    MessageCells cells = cells(SCHEMA);
    assertThatThrownBy(() -> cells.event(message(null, 5000, "{}")))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the key is missing");
    assertThatThrownBy(() -> cells.event(message("u", -1, "{}")))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the time is missing");
    assertThatThrownBy(() -> cells.event(message("\0\0\0\7", 1, "{}")))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the message's key is no text");
    assertThat(cells.event(message("u", 1, "{}")).cells()).contains("1");
  }

  @Test
  void aTombstoneForgetsItsKeyOnlyIfThatIsAskedFor() throws Exception {
    Message tombstone = message("u", 5000, null);
    MessageCells refusing = cells(SCHEMA);
    assertThatThrownBy(() -> refusing.event(tombstone))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageStartingWith("the message has no value");
    MessageCells cells = cells(SCHEMA, Tombstones.FORGET);
    Event event = cells.event(tombstone);
    assertThat(event.forgets()).isTrue();
    assertThat(event.key()).isEqualTo("u");
    assertThat(event.timestamp()).isEqualTo(5000);
    assertThatThrownBy(() -> cells.event(message(null, 5000, null)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the key is missing");
    assertThat(cells.event(message("u", 1, "{}")).forgets()).isFalse();
    assertThatThrownBy(() -> cells(SCHEMA.replace("kafka.key", "user"), Tombstones.FORGET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the key must be kafka.key");
  }

  @Test
  void theTimestampOfAMessageHasItsOwnUnit() {
    String schema =
        SCHEMA.replace("\"kafka.timestamp\"", "{\"column\": \"kafka.timestamp\", \"unit\": \"s\"}");
    assertThatThrownBy(() -> cells(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the time is kafka.timestamp, must have neither unit, pattern nor clock");
  }
}
