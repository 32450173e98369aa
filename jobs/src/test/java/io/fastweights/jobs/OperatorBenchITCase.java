package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorBenchITCase extends CommandTest {
  @Test
  void measuresTimeAndBytesOfAnEvent(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("bench.json");
    Result result =
        execute(
            "bench",
            "operator",
            "--subjects",
            "FIELDS",
            "--keys",
            "10",
            "--events",
            "2000",
            "--rounds",
            "4",
            "--json",
            json);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).containsPattern("fields +[0-9]+ +[0-9]+ +(met|short)");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("operator.fields.nanos").asDouble()).isPositive();
    assertThat(figures.get("operator.fields.bytes").asDouble()).isPositive();
  }

  @Test
  void saysWhatIsOutOfRange() {
    assertThat(execute("bench", "operator", "--keys", "0").err()).contains("--keys is 0");
    assertThat(execute("bench", "operator", "--events", "0").err()).contains("--events is 0");
    assertThat(execute("bench", "operator", "--rounds", "1").err()).contains("--rounds is 1");
    assertThat(execute("bench", "operator", "--subjects", "ALL").err()).contains("--subjects");
  }
}
