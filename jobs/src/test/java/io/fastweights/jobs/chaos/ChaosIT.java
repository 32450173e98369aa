package io.fastweights.jobs.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of fault, on processes of their own: two to four minutes. */
@Tag("long")
class ChaosIT {
  @TempDir Path folder;

  @Test
  void everyBitIsWrittenThroughEveryKindOfFault() throws Exception {
    Path json = folder.resolve("chaos.json");
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(
                "chaos",
                "--faults=5",
                "--seed=8",
                "--lib=" + System.getProperty("fastweights.cluster.lib"),
                "--job-jar=" + System.getProperty("fastweights.job.jar"),
                "--json=" + json);
    assertThat(err.toString()).as("%s", out).isEmpty();
    assertThat(code).as("%s", out).isZero();
    for (Fault fault : Fault.values()) {
      assertThat(out.toString()).contains(fault.name());
    }
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("events").asLong()).isPositive();
    assertThat(figures.get("missing").asLong()).isZero();
    assertThat(figures.get("duplicate").asLong()).isZero();
    assertThat(figures.get("different").asLong()).isZero();
  }
}
