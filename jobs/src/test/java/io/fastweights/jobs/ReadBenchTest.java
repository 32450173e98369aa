package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadBenchTest extends CommandTest {
  @Test
  void comparesEachReadingWithItsLibrary() throws Exception {
    Path json = folder.resolve("bench.json");
    Result result =
        execute(
            "bench", "read", "--days", "1", "--rounds", "1", "--seconds", "0.001", "--json", json);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .containsPattern("events/s +time +bytes\n")
        .containsPattern("FastCSV alone +[\\d,]+ +1\\.00 +[\\d,]+\n")
        .containsPattern("CSV, parsed +[\\d,]+ +\\d+\\.\\d\\d +[\\d,]+\n")
        .containsPattern("JSON, parsed and encoded +[\\d,]+ +\\d+\\.\\d\\d +[\\d,]+\n");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    for (String reading :
        List.of("csv.alone", "csv.parsed", "csv.encoded", "json.alone", "json.parsed")) {
      for (String figure : List.of("eventsPerSecond", "time", "bytesPerEvent")) {
        assertThat(figures.path(reading + "." + figure).asDouble()).as(reading).isPositive();
      }
    }
    assertThat(figures.get("csv.alone.time").asDouble()).isEqualTo(1);
    assertThat(figures.get("json.alone.time").asDouble()).isEqualTo(1);
  }

  @Test
  void saysWhatIsOutOfRange() {
    assertThat(execute("bench", "read", "--days", "32").err()).contains("--days is 32");
    assertThat(execute("bench", "read", "--rounds", "0").err()).contains("--rounds is 0");
    assertThat(execute("bench", "read", "--seconds", "0").err()).contains("--seconds is 0");
  }
}
