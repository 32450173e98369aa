package io.fastweights.jobs.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.gpucheck.GpuCheck.Part;
import io.fastweights.jobs.gpucheck.GpuCheck.Settings;
import io.fastweights.kernels.cuda.SimulatedDevice;
import io.fastweights.kernels.cuda.SimulatedDevice.Control;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of a GPU, from end to end on a simulated one. */
class CudaGpuCheckTest {
  @BeforeEach
  void load() {
    SimulatedDevice.load();
  }

  @Test
  void checksTheContractOfEveryModel(@TempDir Path folder) throws Exception {
    List<Long> held = SimulatedDevice.held();
    List<String> lines = new ArrayList<>();
    CheckReport report =
        GpuCheck.run(new Settings(Set.of(Part.CONTRACT), 0, true, null), lines::add);

    assertThat(report.contractHolds()).isTrue();
    assertThat(lines).contains("the contract holds").noneMatch(line -> line.contains("FAILED"));
    assertThat(lines.get(0)).startsWith("simulated device, CUDA driver ");
    assertThat(report.markdown()).contains("\n## The contract\n").endsWith("```\n");
    JsonNode json = json(report, folder);
    assertThat(json.get("contract")).hasSize(CheckModels.all(1).size());
    assertThat(json.get("contract")).allMatch(row -> row.get("splitBits").asLong() == 0);
    assertThat(SimulatedDevice.held()).isEqualTo(held);
  }

  @Test
  void timesTheStepAndTheEngine(@TempDir Path folder) throws Exception {
    List<Long> held = SimulatedDevice.held();
    CheckReport report =
        GpuCheck.run(new Settings(Set.of(Part.STEP, Part.END), 0, true, null), line -> {});

    JsonNode json = json(report, folder);
    assertThat(json.get("memoryStep")).hasSize(3 * 2 * 3);
    assertThat(json.get("endToEnd")).hasSize(3 * 2 * 2 * 2);
    assertThat(json.get("endToEnd")).allMatch(row -> row.get("eventsPerSecond").asDouble() > 0);
    assertThat(report.markdown())
        .contains("\n## The memory step alone, W resident\n", "\n## End to end\n")
        .contains("H8 d64 nu1");
    assertThat(SimulatedDevice.held()).isEqualTo(held);
  }

  @Test
  void saysWhyThereIsNoDeviceToCheck() {
    assertThat(GpuCheck.missing(0)).isEmpty();
    assertThat(GpuCheck.missing(3)).contains("device index is 3, but there are 1 CUDA devices");
    SimulatedDevice.set(Control.CAPABILITY, 70);
    assertThat(GpuCheck.missing(0).orElseThrow()).contains("compute capability 7.0");
    assertThatThrownBy(() -> new Settings(Set.of(), -1, true, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the device index is -1, must be 0 or more");
  }

  private static JsonNode json(CheckReport report, Path folder) throws Exception {
    Path file = folder.resolve("report.json");
    report.writeJson(file);
    return new ObjectMapper().readTree(file.toFile());
  }
}
