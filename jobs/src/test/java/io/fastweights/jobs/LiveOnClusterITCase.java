package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.JobTarget;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The live page of a job that runs elsewhere, by the REST endpoint of its cluster alone. */
class LiveOnClusterITCase extends CommandTest {
  private static final int EVENTS = 60_000;
  private static final Pattern ADDRESS = Pattern.compile("live: (\\S+)");

  private static MiniCluster cluster() throws Exception {
    Configuration options =
        new Configuration()
            .set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(200))
            .set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(options)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(1)
                .withRandomPorts()
                .build());
    cluster.start();
    return cluster;
  }

  private Path events() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder lines = new StringBuilder("time,user,page,price,outcome\n");
    for (int i = 0; i < EVENTS; i++) {
      lines.append(
          String.format(
              Locale.ROOT,
              "%d,u%d,p%d,%d,%s%n",
              1_000_000_000_000L + 1000L * i,
              random.nextInt(50),
              random.nextInt(9),
              random.nextInt(20),
              random.nextBoolean() ? "buy" : "leave"));
    }
    return file("events.csv", lines.toString());
  }

  /** The classes are those of this process. */
  private Path emptyJar() throws Exception {
    Path jar = folder.resolve("job.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("empty.txt"));
    }
    return jar;
  }

  private static final class Slowly implements MapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long map(Long number) throws InterruptedException {
      Thread.sleep(1);
      return number;
    }
  }

  @Test
  @Timeout(240)
  @SuppressWarnings("try")
  void aClusterTellsTheCheckpointsOfAJobByItsRestEndpoint() throws Exception {
    Path checkpoints = folder.resolve("checkpoints");
    Configuration options =
        new Configuration()
            .set(CoreOptions.DEFAULT_PARALLELISM, 1)
            .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20))
            .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    try (MiniCluster cluster = cluster()) {
      URI rest = cluster.getRestAddress().get();
      try (JobTarget target =
          JobTarget.session(options, rest.getHost(), rest.getPort(), emptyJar(), true)) {
        StreamExecutionEnvironment environment = target.environment();
        environment
            .fromSequence(0, Long.MAX_VALUE)
            .map(new Slowly())
            .sinkTo(new DiscardingSink<>());
        JobClient job = environment.executeAsync();
        List<Checkpoint> told = List.of();
        while (told.size() < 3) {
          // A cluster tells of its checkpoints only when it is asked.
          Thread.sleep(20);
          told = target.checkpoints(job.getJobID());
        }
        assertThat(told).isSortedAccordingTo(Comparator.comparingLong(Checkpoint::finished));
        assertThat(told.get(0).stateBytes()).isPositive();
        assertThat(target.newestCheckpoint(job.getJobID())).startsWith("file:").contains("/chk-");
        job.cancel().get();
      }
    }
  }

  @Test
  @Tag("long")
  @Timeout(240)
  @SuppressWarnings("try")
  void showsRateRecallErrorDriftsAndCheckpoints() throws Exception {
    try (MiniCluster cluster = cluster()) {
      URI rest = cluster.getRestAddress().get();
      Path config =
          file(
              "job.yaml",
              String.format(
                  Locale.ROOT,
                  """
                  source: {files: %s}
                  sink: {files: {folder: %s}}
                  schema: %s
                  flink: {parallelism.default: 1, execution.checkpointing.interval: 100ms}
                  """,
                  events(),
                  folder.resolve("predictions"),
                  schema()));
      StringWriter out = new StringWriter();
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(
              () ->
                  Main.commandLine()
                      .setOut(new PrintWriter(out, true))
                      .setErr(new PrintWriter(out, true))
                      .execute(
                          "run",
                          "--config=" + config,
                          "--cluster=" + rest.getHost() + ":" + rest.getPort(),
                          "--job-jar=" + jar(),
                          "--live"));
      String last = lastPage(out, code);
      assertThat(code.get(60, TimeUnit.SECONDS)).as("%s", out).isZero();
      assertThat(last)
          .contains("The job has ended")
          .contains("events a second now")
          .contains("mean recall error now")
          .contains("drifts")
          .contains("Keys of the highest mean recall error")
          .contains("Size of the state, by checkpoint");
    }
  }

  private Path jar() {
    try {
      return emptyJar();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the stream of the page sends last, when the job has ended. */
  private static String lastPage(StringWriter out, CompletableFuture<Integer> code)
      throws Exception {
    Matcher address = ADDRESS.matcher(out.toString());
    while (!address.find()) {
      assertThat(code).as("%s", out).isNotDone();
      Thread.sleep(20);
      address = ADDRESS.matcher(out.toString());
    }
    String last = "";
    StringBuilder event = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                URI.create(address.group(1) + "events").toURL().openStream(),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        event.append(line).append('\n');
        if (line.isEmpty()) {
          last = event.toString().contains("event: message") ? event.toString() : last;
          event.setLength(0);
        }
      }
    }
    return last;
  }
}
