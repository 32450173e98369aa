package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.jobs.events.text.CsvLineParser;
import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.kernels.schema.EventFormat.Csv;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineParserTest {
  private final String[] cells = new String[3];

  @Test
  void putsCellsInTheirColumns() throws Exception {
    csv(new int[] {2, 0, 1}, "a,\"b, \"\"b\"\"\",");
    assertThat(cells).containsExactly("b, \"b\"", null, "a");
    csv(new int[] {0, CsvLineParser.PASSED_OVER, 1}, "a,b,c");
    assertThat(cells).containsExactly("a", "c", null);
  }

  @Test
  void takesAnEmptyCellAtTheEndForNone() throws Exception {
    csv(new int[] {0, 1, 2}, "a,b,c,");
    assertThat(cells).containsExactly("a", "b", "c");
  }

  private void csv(int[] places, String text) throws Exception {
    Csv commas = new Csv(',', '"', null, null, '.', true, null);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (RecordReader reader =
        new Layout(Layout.Framing.CSV, commas, null).reader(0, new ByteArrayInputStream(bytes))) {
      Line line = reader.next();
      if (line.problem() != null) {
        throw new MalformedEventException(line.problem());
      }
      new CsvLineParser(places).parse(line, cells);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a,b", "a,b,c,d", "a,b,c,,", "a,b,\"c", "a,\"b\"x,c"})
  void refusesCsvThatDoesNotFitTheHeader(String line) {
    assertThatThrownBy(() -> csv(new int[] {0, 1, 2}, line))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageStartingWith("the line ");
  }

  @Test
  void takesTheMembersThatAreColumns() throws Exception {
    new JsonLineParser(List.of("a", "b", "c"), List.of("a"))
        .parse("{\"c\": 1.50, \"x\": \"?\", \"a\": true, \"b\": null}", cells);
    assertThat(cells).containsExactly("true", null, "1.50");
  }

  @Test
  void takesPathsToValuesInside() throws Exception {
    JsonLineParser parser =
        new JsonLineParser(List.of("user.plan", "items[1].id", "items"), List.of("user.plan"));
    parser.parse("{\"user\": {\"plan\": \"a\"}, \"items\": [{\"id\": 1}, {\"id\": 2}]}", cells);
    assertThat(cells).containsExactly("a", "2", "[{\"id\":1},{\"id\":2}]");
    parser.parse("{\"user.plan\": \"b\", \"user\": {\"plan\": \"a\"}, \"items\": 3}", cells);
    assertThat(cells).containsExactly("b", null, "3");
    parser.parse("{\"user\": {\"plan\": \"a\"}, \"user.plan\": \"b\", \"items\": {}}", cells);
    assertThat(cells).containsExactly("b", null, "{}");
    assertThatThrownBy(() -> parser.parse("{\"user\": {\"plan\": [1]}}", cells))
        .hasMessage("'user.plan' is not a single value");
  }

  @Test
  void keepsStructuresThatTheSchemaDoesNotReadAsJson() throws Exception {
    new JsonLineParser(List.of("a", "b", "c"), List.of("a"))
        .parse("{\"b\": {\"x\": [1, 2]}, \"a\": 1, \"c\": [ ]}", cells);
    assertThat(cells).containsExactly("1", "{\"x\":[1,2]}", "[]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[1]",
        "{\"a\": 1",
        "{\"a\": NaN}",
        "{\"a\": 1} {\"a\": 2}",
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": {\"b\": 1}}",
        "{\"a\" 1}"
      })
  void refusesJsonThatIsNoFlatObject(String line) {
    assertThatThrownBy(
            () -> new JsonLineParser(List.of("a", "b", "c"), List.of("a")).parse(line, cells))
        .isInstanceOf(MalformedEventException.class);
  }
}
