package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.MalformedEventException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineParserTest {
  private final String[] cells = new String[3];

  @Test
  void putsCellsInTheirColumns() throws Exception {
    new CsvLineParser(new int[] {2, 0, 1}).parse("a,\"b, \"\"b\"\"\",", cells);
    assertThat(cells).containsExactly("b, \"b\"", null, "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a,b", "a,b,c,d", "a,b,\"c", "a,\"b\"x,c", "a,b,c\nd,e,f"})
  void refusesCsvThatDoesNotFitTheHeader(String line) {
    assertThatThrownBy(() -> new CsvLineParser(new int[] {0, 1, 2}).parse(line, cells))
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
