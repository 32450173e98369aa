package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateBenchITCase extends CommandTest {
  @Test
  void bothWaysAnswerTheSameAndEveryFigureIsThere(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("bench.json");
    Result result =
        execute(
            "bench",
            "state",
            "--quick",
            "--seconds",
            "10",
            "--memory",
            "128",
            "--json",
            json,
            "--many-keys",
            "20000");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("hit rates", "checkpoint bytes, 256KiB", "at least 10x");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("throughput.16KiB.sameAnswers").asLong()).isPositive();
    assertThat(figures.get("throughput.16KiB.runs").asInt()).isOne();
    assertThat(figures.get("million.sameAnswers").asLong()).isEqualTo(256);
    assertThat(figures.get("million.keys").asLong()).isEqualTo(2000);
    for (String key :
        new String[] {
          "throughput.16KiB",
          "throughput.256KiB",
          "million.rss.bytes",
          "million.disk.bytes",
          "million.recovery.ms",
          "hits.zipf.sieve",
          "hits.zipf.lru",
          "hits.zipf.tinylfu",
          "hits.flights.sieve"
        }) {
      assertThat(figures.get(key).asDouble()).as(key).isPositive();
    }
    // A run may be too short for a checkpoint to end in it.
    assertThat(figures.has("checkpointBytes.256KiB")).isTrue();
    assertThat(figures.has("sync.p99.ms")).isTrue();
  }

  @Test
  void saysWhatIsOutOfRange() {
    assertThat(execute("bench", "state", "--seconds", "0").err()).contains("--seconds is 0");
    assertThat(execute("bench", "state", "--runs", "0").err()).contains("--runs is 0");
    assertThat(execute("bench", "state", "--keys", "1").err()).contains("--keys is 1");
    assertThat(execute("bench", "state", "--memory", "1").err()).contains("--memory is 1");
    assertThat(execute("bench", "state", "--parts", "none").err()).contains("--parts");
  }
}
