package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class JobBenchIT extends CommandTest {
  @Test
  void measuresThroughputLatencyAndPressureAndFillsEveryFigure() throws Exception {
    JsonNode figures =
        measure("THROUGHPUT,LATENCY,PRESSURE", "demo.p2.eventsPerSecond", "rss.growth");
    requirePositive(figures, keys());
    // A run may be too short for a checkpoint to end in it; memory may shrink.
    assertThat(figures.has("pressure.checkpoints")).isTrue();
    assertThat(figures.has("pressure.rss.growth")).isTrue();
    assertThat(figures.get("latency.batch1.linger0.p50.ms").asDouble())
        .isLessThanOrEqualTo(figures.get("latency.batch1.linger0.p99.ms").asDouble());
  }

  /** Ten more runs of the job that is measured above. */
  @Test
  @Tag("long")
  void measuresGrowthAndFillsEveryFigure() throws Exception {
    JsonNode figures = measure("GROWTH", "memory256KiB");
    requirePositive(figures, keysOfGrowth());
    assertThat(figures.has("growth.p1.checkpointBytesPerEvent")).isTrue();
  }

  private JsonNode measure(String parts, String... told) throws Exception {
    Path json = folder.resolve("bench.json");
    Result result =
        execute(
            "bench",
            "job",
            "--quick",
            "--seconds",
            "5",
            "--pressure-seconds",
            "30",
            "--keys",
            "20000",
            "--memory",
            "64",
            "--parts",
            parts,
            "--json",
            json);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains(told);
    return new ObjectMapper().readTree(json.toFile());
  }

  private static void requirePositive(JsonNode figures, List<String> keys) {
    for (String key : keys) {
      assertThat(figures.path(key).asDouble()).as(key).isPositive();
    }
  }

  private static List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (String job : List.of("demo.p1", "demo.p2", "synthetic.p1", "synthetic.p2")) {
      for (String figure :
          List.of(
              "",
              ".eventsPerSecond",
              ".naive.eventsPerSecond",
              ".perProcessorSecond",
              ".eventsPerProcessorSecond")) {
        keys.add("throughput." + job + figure);
      }
    }
    for (String quantile : List.of("p50", "p99", "p99.9")) {
      keys.add("latency.naive." + quantile + ".ms");
      for (String batching :
          List.of("batch1.linger0", "batch64.linger5", "batch256.linger20", "batch1024.linger50")) {
        keys.add("latency." + batching + "." + quantile);
        keys.add("latency." + batching + "." + quantile + ".ms");
      }
    }
    for (String moment : List.of("begin", "end")) {
      keys.add("pressure." + moment + ".rss.bytes");
      keys.add("pressure." + moment + ".heap.bytes");
      keys.add("pressure." + moment + ".underway.events");
    }
    keys.add("pressure.eventsPerSecond");
    return keys;
  }

  private static List<String> keysOfGrowth() {
    List<String> keys = new ArrayList<>();
    for (String size :
        List.of(
            "keys2",
            "keys20",
            "keys200",
            "keys2000",
            "memory4KiB",
            "memory16KiB",
            "memory64KiB",
            "memory256KiB",
            "p1",
            "p2")) {
      keys.add("growth." + size + ".eventsPerSecond");
      keys.add("growth." + size + ".eventsPerProcessorSecond");
    }
    return keys;
  }

  @Test
  void saysWhatIsOutOfRange() {
    assertThat(execute("bench", "job", "--seconds", "0").err()).contains("--seconds is 0");
    assertThat(execute("bench", "job", "--runs", "0").err()).contains("--runs is 0");
    assertThat(execute("bench", "job", "--keys", "9").err()).contains("--keys is 9");
    assertThat(execute("bench", "job", "--memory", "1").err()).contains("--memory is 1");
    assertThat(execute("bench", "job", "--pressure-seconds", "0").err())
        .contains("--pressure-seconds is 0");
    assertThat(execute("bench", "job", "--parts", "none").err()).contains("--parts");
  }
}
