package io.fastweights.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.Commands;
import io.fastweights.jobs.Main;
import io.fastweights.jobs.process.ChildJvm;
import io.fastweights.jobs.process.LocalProcess;
import io.fastweights.kernels.cuda.SimulatedDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs that each bring their own classes to one TaskManager with a CUDA device, which is simulated:
 * the process finds a libcuda.so.1 that was built with g++.
 */
class CudaClusterIT {
  private static final String JAR = System.getProperty("fastweights.job.jar");
  private static final String LIB = System.getProperty("fastweights.cluster.lib");
  private static final int EVENTS = 600;
  private static final String SCHEMA =
      """
      {"key": "user", "time": "time",
       "fields": [{"name": "page", "encoder": "hashed", "buckets": 16}],
       "target": {"name": "bought", "encoder": "binary"}}
      """;

  @TempDir Path folder;

  @AfterEach
  void stop() throws Exception {
    Commands.succeed("cluster", "down", "--folder", clusterFolder(), "--force");
  }

  @Test
  void jobsOneAfterAnotherAndSideBySideShareTheDeviceOfATaskManager() throws Exception {
    up();
    List<LocalProcess> processes = new SessionFolder(Path.of(clusterFolder())).processes();
    Path events = events();
    List<String> expected = run(events, "cpu", "on-cpu");
    assertThat(expected).hasSize(EVENTS);
    assertThat(run(events, "cuda", "first")).isEqualTo(expected);
    assertThat(run(events, "cuda", "second")).isEqualTo(expected);
    List<CompletableFuture<List<String>>> both =
        Stream.of("left", "right")
            .map(name -> CompletableFuture.supplyAsync(() -> run(events, "cuda", name)))
            .toList();
    for (CompletableFuture<List<String>> run : both) {
      assertThat(run.get(240, TimeUnit.SECONDS)).isEqualTo(expected);
    }
    assertThat(new SessionFolder(Path.of(clusterFolder())).processes())
        .as("no process was restarted")
        .isEqualTo(processes)
        .allMatch(LocalProcess::isAlive);
  }

  private String clusterFolder() {
    return folder.resolve("cluster").toString();
  }

  /** In a process of its own: the TaskManager inherits where it looks for libraries. */
  private void up() throws Exception {
    List<String> command =
        List.of(
            ChildJvm.java(),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "cluster",
            "up",
            "--folder=" + clusterFolder(),
            "--lib=" + LIB,
            "--port=0",
            "--slots=4");
    Path log = folder.resolve("up.log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LD_LIBRARY_PATH", SimulatedDevice.folder().toString());
    int code = builder.redirectOutput(log.toFile()).start().waitFor();
    assertThat(code).as("%s", Files.readString(log)).isZero();
  }

  private Path events() throws IOException {
    Files.writeString(folder.resolve("schema.json"), SCHEMA);
    SplittableRandom random = new SplittableRandom(7);
    List<String> lines = new ArrayList<>(List.of("time,user,page,bought"));
    for (int i = 0; i < EVENTS; i++) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%d,u%d,p%d,%s",
              i,
              random.nextInt(40),
              random.nextInt(9),
              List.of("0", "1", "").get(i % 3)));
    }
    return Files.write(folder.resolve("events.csv"), lines);
  }

  /** The predictions of a job that has ended, in one order. */
  private List<String> run(Path events, String engine, String name) {
    Path out = folder.resolve(name);
    Commands.succeed(
        "run",
        "--events=" + events,
        "--schema=" + folder.resolve("schema.json"),
        "--output=" + out,
        "--engine=" + engine,
        "--batch-size=32",
        "--cluster",
        "--cluster-folder=" + clusterFolder(),
        "--job-jar=" + JAR);
    try (Stream<Path> files = Files.walk(out.resolve("predictions"))) {
      List<String> lines = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        lines.addAll(Files.readAllLines(file));
      }
      return lines.stream().filter(line -> !line.startsWith("time,")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
