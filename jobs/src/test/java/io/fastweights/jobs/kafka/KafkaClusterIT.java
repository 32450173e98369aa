package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.fastweights.jobs.Commands;
import io.fastweights.jobs.TrainedWeights;
import io.fastweights.jobs.cluster.SessionFolder;
import io.fastweights.jobs.process.LocalProcess;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on a session cluster of processes of their own, by the commands that a user gives. */
class KafkaClusterIT {
  private static final String JAR = System.getProperty("fastweights.job.jar");
  private static final String LIB = System.getProperty("fastweights.cluster.lib");
  private static final int SOME = 160;
  private static final String REFRESH =
      """
      refresh: {kafka: {brokers: "%s", topic: models}}
      """;

  private Broker broker;
  private String clusterFolder;

  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    broker = new Broker();
    clusterFolder = folder.resolve("cluster").toString();
    Files.writeString(folder.resolve("schema.json"), Visits.SCHEMA_JSON);
    Commands.succeed(
        "cluster", "up", "--folder", clusterFolder, "--lib", LIB, "--port=0", "--slots=4");
  }

  @AfterEach
  void stop() throws Exception {
    Commands.succeed("cluster", "down", "--folder", clusterFolder, "--force");
    broker.close();
  }

  /**
   * Submits a job that reads a topic and writes another of its own.
   *
   * @param section of its file, beside all others
   */
  private JobID run(String name, String section, int parallelism, String... more) throws Exception {
    String job =
        String.format(
            Locale.ROOT,
            """
            name: %2$s
            source: {kafka: {brokers: "%1$s", topic: %2$s, group: %2$s, columns: [shop]}}
            sink: {kafka: {brokers: "%1$s", topic: %2$s-out, transaction-timeout: 1min}}
            schema: schema.json
            flink:
              parallelism.default: %3$d
              execution.checkpointing.interval: 500ms
              execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION
            """,
            broker.address(),
            name,
            parallelism);
    Path file = Files.writeString(folder.resolve(name + ".yaml"), job + section + Visits.MEMORIES);
    List<String> args = new ArrayList<>(List.of("run", "--config", file.toString()));
    args.addAll(List.of("--cluster", "--cluster-folder", clusterFolder, "--detached"));
    args.addAll(List.of(more));
    if (!args.contains("--job-jar")) {
      args.addAll(List.of("--job-jar", JAR));
    }
    String out = Commands.succeed(args.toArray(String[]::new));
    return JobID.fromHexString(out.strip().substring("job ".length()));
  }

  private void awaitCommitted(String name, int messages) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    for (int found = 0; found < messages; ) {
      Thread.sleep(200);
      int predictions = broker.committed(name + "-out").size();
      int dead = broker.committed(name + "-out.malformed").size();
      found = predictions + dead;
      if (System.nanoTime() > deadline) {
        fail(
            "%d predictions and %d dead letters of %d messages of %s; the log:%n%s",
            predictions, dead, messages, name, warnings());
      }
    }
  }

  /** Failures in the TaskManager's log, read before its folder is deleted. */
  private String warnings() throws Exception {
    List<String> log =
        Files.readAllLines(Path.of(clusterFolder, "log", "taskmanager-1.log")).stream()
            .filter(line -> line.matches(".* (WARN|ERROR) .*|Caused by: .*|.*Exception: .*"))
            .toList();
    return String.join("\n", log.subList(Math.max(0, log.size() - 60), log.size()));
  }

  @Test
  void jobsOfOneTaskManagerKeepTheirMemoriesThroughUpgradesAndCancellationsAndTakeNewWeights()
      throws Exception {
    broker.createTopics(3, "a", "a-out", "a-out.malformed", "b", "b-out", "b-out.malformed");
    broker.createTopics(1, "models", "models.refused");
    SessionFolder session = new SessionFolder(Path.of(clusterFolder));
    JobID first = run("a", "", 1);
    JobID beside = run("b", String.format(Locale.ROOT, REFRESH, broker.address()), 1);
    broker.send(Visits.messages("a", 0, SOME));
    broker.send(Visits.messages("b", 0, SOME));
    awaitCommitted("a", SOME);
    awaitCommitted("b", SOME);
    List<LocalProcess> processes = session.processes();
    assertThat(processes).hasSize(2).allMatch(LocalProcess::isAlive);
    try (RestClusterClient<StandaloneClusterId> client = client(session.address())) {
      String savepoint =
          client
              .stopWithSavepoint(
                  first,
                  false,
                  folder.resolve("savepoints").toUri().toString(),
                  SavepointFormatType.CANONICAL)
              .get(120, TimeUnit.SECONDS);
      JobID restored =
          run("a", "", 3, "--from-savepoint", savepoint, "--job-jar", upgradedJar().toString());
      broker.send(Visits.messages("a", SOME, 2 * SOME));
      awaitCommitted("a", 2 * SOME);
      client.cancel(restored).get(60, TimeUnit.SECONDS);
      String kept = newestCheckpoint(restored).toString();
      JobID resumed = run("a", "", 2, "--from-savepoint", kept);
      broker.send(Visits.messages("a", 2 * SOME, 3 * SOME));
      awaitCommitted("a", 3 * SOME);
      client.cancel(resumed).get(60, TimeUnit.SECONDS);
      sendNewWeights();
      client.cancel(beside).get(60, TimeUnit.SECONDS);
    }
    assertThat(
            Commands.succeed("cluster", "up", "--folder", clusterFolder, "--lib", LIB, "--slots=4"))
        .contains("was up already");
    assertThat(Commands.succeed("cluster", "status", "--folder", clusterFolder))
        .contains("taskmanager-1");
    assertThat(session.processes()).as("no process was restarted").isEqualTo(processes);
    assertThat(Commands.succeed("cluster", "down", "--folder", clusterFolder, "--force"))
        .contains("is down");
    assertThat(processes).noneMatch(LocalProcess::isAlive);
    assertThat(Path.of(clusterFolder)).doesNotExist();

    Visits.checkPredictions(broker.committed("a-out"), 3 * SOME);
    Visits.checkDeadLetters(broker.committed("a-out.malformed"), "a", 3 * SOME);
    Visits.checkPredictions(
        broker.committed("b-out").stream().filter(answer -> Visits.trace(answer) < SOME).toList(),
        SOME);
  }

  /** To the second job, first some that it must refuse. */
  private void sendNewWeights() throws Exception {
    Path weights = folder.resolve("weights");
    WeightsFile.write(TrainedWeights.over(Visits.SCHEMA_JSON, 1), weights);
    Questions.update(broker, "models", Questions.keeping(weights, 1));
    Questions.update(broker, "models", Questions.withReset(weights, 2));
    int sent = SOME;
    do {
      broker.send(Visits.messages("b", sent, sent + SOME));
      sent += SOME;
      awaitCommitted("b", sent);
    } while (Questions.answers(broker.committed("b-out")).stream()
        .noneMatch(answer -> Questions.version(answer) == 2));
    assertThat(broker.committed("models.refused"))
        .singleElement()
        .extracting(refused -> Visits.header(refused, DeadLetters.REASON))
        .asString()
        .contains("does not ask for a reset");
  }

  /** Other bytes than the jar that ran before, as a new release has. */
  private Path upgradedJar() throws IOException {
    Path jar = Files.copy(Path.of(JAR), folder.resolve("upgraded.jar"));
    try (FileSystem zip = FileSystems.newFileSystem(jar)) {
      Files.writeString(zip.getPath("release.txt"), "the next one");
    }
    return jar;
  }

  private Path newestCheckpoint(JobID job) throws IOException {
    Path checkpoints = Path.of(clusterFolder, "checkpoints", job.toHexString());
    try (Stream<Path> found = Files.list(checkpoints)) {
      return found
          .filter(checkpoint -> checkpoint.getFileName().toString().startsWith("chk-"))
          .filter(checkpoint -> Files.exists(checkpoint.resolve("_metadata")))
          .max(Comparator.comparingInt(KafkaClusterIT::number))
          .orElseThrow();
    }
  }

  private static int number(Path checkpoint) {
    return Integer.parseInt(checkpoint.getFileName().toString().substring("chk-".length()));
  }

  private static RestClusterClient<StandaloneClusterId> client(String address) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.ADDRESS, address.substring(0, address.indexOf(':')));
    configuration.set(
        RestOptions.PORT, Integer.parseInt(address.substring(address.indexOf(':') + 1)));
    return new RestClusterClient<>(configuration, StandaloneClusterId.getInstance());
  }
}
