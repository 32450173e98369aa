package io.fastweights.jobs.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.events.structured.AvroItems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas of which a message of a few bytes may hold any number of items. */
class AvroItemsTest {
  private static final String RECORD =
      """
      {"type": "record", "name": "Visit", "fields": [{"name": "user", "type": %s}]}""";

  @TempDir Path folder;

  private static Schema schema(String field) {
    return new Schema.Parser().parse(String.format(Locale.ROOT, RECORD, field));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type': 'array', 'items': 'null'}",
        "{'type': 'array', 'items': {'type': 'fixed', 'name': 'F', 'size': 0}}",
        "{'type': 'array', 'items': {'type': 'record', 'name': 'R', 'fields': []}}",
        "{'type': 'array', 'items': {'type': 'record', 'name': 'R', 'fields': ["
            + "{'name': 'a', 'type': 'null'}]}}",
        "{'type': 'map', 'values': {'type': 'array', 'items': 'null'}}",
        "['string', {'type': 'array', 'items': {'type': 'array', 'items': 'null'}}]"
      })
  void itemsMayTakeNoBytes(String field) {
    assertThat(AvroItems.mayTakeNoBytes(schema(field.replace('\'', '"')))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'null'",
        "{'type': 'array', 'items': ['null', 'string']}",
        "{'type': 'array', 'items': 'boolean'}",
        "{'type': 'array', 'items': {'type': 'record', 'name': 'R', 'fields': ["
            + "{'name': 'a', 'type': 'null'}, {'name': 'b', 'type': 'int'}]}}",
        "{'type': 'array', 'items': 'Visit'}",
        "{'type': 'map', 'values': 'null'}"
      })
  void everyItemTakesAByteAtLeast(String field) {
    assertThat(AvroItems.mayTakeNoBytes(schema(field.replace('\'', '"')))).isFalse();
  }

  @Test
  void suchASchemaIsRefusedBeforeAnythingStarts() throws Exception {
    Path file = folder.resolve("visit.avsc");
    Files.writeString(
        file, String.format(Locale.ROOT, RECORD, "{\"type\": \"array\", \"items\": \"null\"}"));
    assertThatThrownBy(() -> AvroDecoder.of(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            file
                + " has an array of items that take no bytes, as null; a short message could hold"
                + " any number of them");
  }
}
