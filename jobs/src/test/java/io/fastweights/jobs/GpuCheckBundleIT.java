package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.cuda.SimulatedDevice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundle runs where it is unpacked, with nothing from here. */
class GpuCheckBundleIT {
  private static final long MOST_BYTES = 60L << 20;

  @TempDir static Path folder;
  private static Path archive;
  private static CommandTest.Result made;

  /** Exit code and output of a process. */
  private record Ended(int exitCode, String out, String err) {}

  @BeforeAll
  static void makeAndUnpack() throws Exception {
    archive = folder.resolve("check.tar.gz");
    made = CommandTest.execute("gpu-check", "--bundle", archive);
    assertThat(made.exitCode()).as(made.err()).isZero();
    run(Map.of(), "tar", "xzf", archive.toString(), "-C", folder.toString());
  }

  @Test
  void isSmallAndHoldsNoFlink() throws Exception {
    assertThat(Files.size(archive)).isLessThan(MOST_BYTES);
    assertThat(made.out())
        .contains(String.format(Locale.ROOT, "%.1f MiB", Files.size(archive) / (double) (1 << 20)))
        .hasLineCount(1);
    List<String> files = run(Map.of(), "tar", "tzf", archive.toString()).out().lines().toList();
    assertThat(files)
        .contains("gpu-check/gpu-check", "gpu-check/java/bin/java")
        .anyMatch(file -> file.startsWith("gpu-check/lib/jcuda-natives-"))
        .noneMatch(file -> file.contains("flink"));
    try (var left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("check.tar.gz", "gpu-check");
    }
  }

  @Test
  void saysInOneLineWhyThereIsNoDevice() throws Exception {
    Ended ended = check(Map.of("CUDA_VISIBLE_DEVICES", ""));
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.err())
        .matches(
            "gpu-check: no GPU was checked: "
                + "(there is no CUDA driver|cannot initialise the CUDA driver).*\n");
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void checksASimulatedDevice() throws Exception {
    Map<String, String> simulated = Map.of("LD_LIBRARY_PATH", SimulatedDevice.folder().toString());
    Path tables = folder.resolve("gpu-check/tables.md");
    Ended ended =
        check(simulated, "--quick", "--only", "contract,end", "--markdown", tables.toString());
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).startsWith("simulated device").contains("the contract holds");
    assertThat(tables).content().contains("## The contract", "## End to end");
  }

  private static Ended check(Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(folder + "/gpu-check/gpu-check"));
    command.addAll(List.of(arguments));
    return run(environment, command.toArray(String[]::new));
  }

  private static Ended run(Map<String, String> environment, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("JAVA"));
    builder.environment().putAll(environment);
    Path err = folder.resolveSibling(folder.getFileName() + ".err");
    Process process = builder.redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    String said = Files.readString(err);
    Files.delete(err);
    return new Ended(exitCode, out, said);
  }
}
