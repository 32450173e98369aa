package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineBenchITCase extends CommandTest {
  @Test
  void writesAFractionOfEachFloor(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("bench.json");
    Result result =
        execute(
            "bench",
            "engine",
            "--rounds",
            "1",
            "--seconds",
            "0.002",
            "--cold-megabytes",
            "16",
            "--python",
            "no-such-python",
            "--json",
            json);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("no PyTorch").contains("h8d64").contains("cold");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    for (String key :
        new String[] {
          "floor.cold.h8d64",
          "floor.hot.h8d64",
          "floor.cold.h4d16",
          "floor.hot.h4d16",
          "floor.cold.h8d16",
          "floor.hot.h8d16",
          "batch256.h4d16"
        }) {
      assertThat(figures.get(key).asDouble()).as(key).isPositive();
    }
    assertThat(figures.has("pytorch.h8d64")).isFalse();
    boolean compiled = !result.out().contains("no gcc");
    for (String key : new String[] {"c.hot.h8d64", "c.hot.h4d16", "c.cold.h8d64"}) {
      assertThat(figures.has(key)).as(key).isEqualTo(compiled);
    }
  }

  @Test
  void saysWhatIsOutOfRange() {
    assertThat(execute("bench", "engine", "--rounds", "0").err()).contains("--rounds is 0");
    assertThat(execute("bench", "engine", "--seconds", "-1").err()).contains("--seconds is -1");
    Result heap = execute("bench", "engine", "--cold-megabytes", "9999999");
    assertThat(heap.exitCode()).isEqualTo(2);
    assertThat(heap.err()).contains("--cold-megabytes is 9999999").contains("FASTWEIGHTS_JVM_OPTS");
    assertThat(execute("bench").err()).contains("which benchmark");
  }
}
