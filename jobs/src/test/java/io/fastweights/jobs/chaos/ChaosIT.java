package io.fastweights.jobs.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults and long work on processes of their own. */
class ChaosIT {
  @TempDir Path folder;

  private JsonNode chaos(String... options) throws Exception {
    Path json = folder.resolve("chaos.json");
    List<String> arguments = new ArrayList<>(List.of("chaos"));
    arguments.add("--lib=" + System.getProperty("fastweights.cluster.lib"));
    arguments.add("--broker-lib=" + System.getProperty("fastweights.broker.lib"));
    arguments.add("--job-jar=" + System.getProperty("fastweights.job.jar"));
    arguments.add("--json=" + json);
    arguments.addAll(List.of(options));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.toArray(String[]::new));
    assertThat(err.toString()).as("%s", out).isEmpty();
    assertThat(code).as("%s", out).isZero();
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("events").asLong()).isPositive();
    assertThat(figures.get("missing").asLong()).isZero();
    assertThat(figures.get("duplicate").asLong()).isZero();
    assertThat(figures.get("different").asLong()).isZero();
    return figures;
  }

  @Test
  void everyBitIsWrittenOnceThroughThreeFaults() throws Exception {
    JsonNode figures = chaos("--faults=3", "--seed=21");
    assertThat(figures.get("faults").asInt()).isEqualTo(3);
  }

  @Test
  @Tag("long")
  void everyBitIsWrittenOnceThroughEveryKindOfFaultTwice() throws Exception {
    int faults = 2 * Fault.values().length;
    JsonNode figures = chaos("--faults=" + faults, "--seed=3");
    boolean isolated = Isolation.obstacle().isEmpty();
    for (Fault fault : Fault.values()) {
      boolean possible = isolated || !fault.needsIsolation();
      assertThat(figures.get("faults." + fault.key()).asInt() >= 2).isEqualTo(possible);
    }
  }

  @Test
  @Tag("long")
  void residentMemoryIsMeasuredInASoak() throws Exception {
    JsonNode figures = chaos("--soak=5min", "--seed=4");
    assertThat(figures.get("rss.jobmanager.last.MiB").asDouble()).isPositive();
    assertThat(figures.get("rss.taskmanager-2.last.MiB").asDouble()).isPositive();
    assertThat(figures.get(Soak.DRIFT).asDouble()).isNotNegative();
  }
}
