package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventCellsTest {
  private static final List<String> COLUMNS = List.of("user", "time", "price", "page", "bought");

  private static Schema schema(String nulls) {
    return SchemaJson.parse(
        """
        {"key": "user", "time": "time", %s
         "fields": [{"name": "price", "encoder": "numeric", "mean": 1, "deviation": 2},
                    {"name": "page", "encoder": "hashed", "buckets": 8}],
         "target": {"name": "bought", "encoder": "binary"}}"""
            .replace("%s", nulls));
  }

  private static Event event(Schema schema, String cell) throws MalformedEventException {
    String[] cells = {"u", "2001-01-01", cell, cell, cell};
    Line line = new Line(0, 1, "", null, cells);
    return new EventCells(COLUMNS, schema).event(line, cells, null);
  }

  static Set<String> nullWords() {
    return new TreeSet<>(EventFormat.NULL_WORDS);
  }

  @ParameterizedTest
  @MethodSource("nullWords")
  void wordsForAMissingValueAreNoneInNumbersAndTargets(String word) throws Exception {
    for (String cell : List.of(word, " " + word, "\t" + word + " ")) {
      Event event = event(schema(""), cell);
      assertThat(event.cells()).containsExactly("u", "2001-01-01", null, cell, null);
      assertThat(event.ask()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "N", "NAN", "nul", "#", "-", " ", "ü"})
  void otherWordsAreValues(String word) throws Exception {
    assertThat(event(schema(""), word).cells()[2]).isEqualTo(word);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", " - ", " ", "ü"})
  void aSchemaHasWordsOfItsOwn(String cell) throws Exception {
    Schema schema = schema("\"nulls\": [\"-\", \"\", \"ü\"],");
    assertThat(event(schema, cell).cells()).containsExactly("u", "2001-01-01", null, null, null);
    assertThat(event(schema, "NA").cells()[2]).isEqualTo("NA");
  }

  private static long clock(String pattern, String day, String clock)
      throws MalformedEventException {
    Schema schema =
        SchemaJson.parse(
            """
            {"key": "user", "time": {"column": "day", %s"clock": "at"},
             "fields": [{"name": "page", "encoder": "hashed", "buckets": 8}]}"""
                .replace("%s", pattern));
    Line line = new Line(0, 1, "", null, new String[] {"u", day, clock, "p"});
    EventCells cells = new EventCells(List.of("user", "day", "at", "page"), schema);
    return cells.event(line, line.cells(), null).timestamp();
  }

  @Test
  void aDateAndATimeOfDayAreOneTime() throws Exception {
    long expected = Instant.parse("2024-02-29T14:03:05Z").toEpochMilli();
    assertThat(clock("", "2024-02-29", "14:03:05")).isEqualTo(expected);
    assertThat(clock("", " 2024-02-29 ", "14:03:05.000 ")).isEqualTo(expected);
    assertThat(clock("\"pattern\": \"M/d/yyyy h:mm:ss a\", ", "2/29/2024", "2:03:05 pm"))
        .isEqualTo(expected);
    assertThat(clock("\"zone\": \"Asia/Kolkata\", ", "2024-02-29", "19:33:05")).isEqualTo(expected);
  }

  /** A date without its time of day must not become midnight. */
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "NA", "null"})
  void anEventWithoutItsTimeOfDayIsRefused(String missing) {
    String cell = missing.isEmpty() ? null : missing;
    assertThatThrownBy(() -> clock("", "2024-02-29", cell))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the time of day is missing");
    assertThatThrownBy(() -> clock("", cell, "10:00")).isInstanceOf(MalformedEventException.class);
  }
}
