package io.fastweights.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.Commands;
import io.fastweights.jobs.JobMain;
import io.fastweights.jobs.cluster.SessionFolder;
import io.fastweights.jobs.kafka.Broker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages' commands for a cluster on this machine, in their order, with a job from topic to topic
 * in place of the reader's own.
 */
@Tag("long")
class ClusterPagesIT {
  private static final String LIB = System.getProperty("fastweights.cluster.lib");
  private static final String JAR = System.getProperty("fastweights.job.jar");
  private static final int EVENTS = 60;
  private static final String SCHEMA =
      """
      {"key": "user", "time": "time",
       "fields": [{"name": "page", "encoder": "hashed", "buckets": 16}],
       "target": {"name": "bought", "encoder": "binary"}}
      """;

  @TempDir Path folder;

  private Broker broker;
  private int sent;

  @BeforeEach
  void start() throws Exception {
    broker = new Broker();
    broker.createTopics(3, "events", "predictions", "predictions.malformed");
    Files.writeString(folder.resolve("schema.json"), SCHEMA);
    Files.writeString(
        folder.resolve("job.yaml"),
        String.format(
            Locale.ROOT,
            """
            source: {kafka: {brokers: "%1$s", topic: events, group: shop}}
            sink: {kafka: {brokers: "%1$s", topic: predictions, transaction-timeout: 1min}}
            schema: schema.json
            flink: {parallelism.default: 2, execution.checkpointing.interval: 500ms}
            """,
            broker.address()));
  }

  @AfterEach
  void stop() throws Exception {
    Commands.succeed("cluster", "down", "--folder=" + cluster(), "--force");
    broker.close();
  }

  @Test
  void aJobIsStoppedAndGoesOnWithAnotherParallelism() throws Exception {
    runAll("deployment.md");
  }

  @Test
  void aJobIsUpgraded() throws Exception {
    run(List.of("cluster", "up", "--slots", "2"));
    run(List.of("run", "--config", "job.yaml", "--cluster", "--detached"));
    runAll("operations.md");
  }

  @Test
  void aJarIsSubmittedByFlinksOwnClient() throws Exception {
    runAll("tutorial.md");
  }

  /** The cluster goes down at the end, whatever follows on the page. */
  private void runAll(String page) throws Exception {
    List<List<String>> commands = new ArrayList<>();
    String self = ClusterPagesIT.class.getSimpleName();
    for (PageCommand command : PageCommand.of(PageCommand.ROOT.resolve("docs/" + page))) {
      if (command.tests().contains(self)) {
        assertThat(command.words().get(0)).as("%s", command).isEqualTo("./fastweights");
        commands.add(command.words().subList(1, command.words().size()));
      }
    }
    assertThat(commands).as(page).isNotEmpty();
    for (List<String> command : commands) {
      if (!command.contains("down")) {
        run(command);
      }
    }
    assertThat(Commands.succeed("cluster", "down", "--folder=" + cluster(), "--force"))
        .contains("is down");
  }

  private void run(List<String> command) throws Exception {
    Commands.succeed(here(command).toArray(String[]::new));
    if (command.contains("run")) {
      awaitAnswers();
    }
  }

  private Path cluster() {
    return folder.resolve("cluster");
  }

  /** The command with this test's folders, port, jars and job. */
  private List<String> here(List<String> command) throws Exception {
    List<String> arguments = new ArrayList<>();
    for (String word : command) {
      switch (word.replaceFirst(".*/", "")) {
        case "job.yaml" -> arguments.add(folder.resolve(word).toString());
        case "savepoints" -> arguments.add(folder.resolve("savepoints").toString());
        case "savepoint-..." -> arguments.add(savepoint());
        case "JOB" -> arguments.add(runningJob());
        case "shop.AskThenLearn" -> arguments.add(JobMain.class.getName());
        case "shop-1.0.jar" ->
            arguments.addAll(List.of(JAR, "--config", folder.resolve("job.yaml").toString()));
        default -> arguments.add(word);
      }
    }
    boolean isRun = command.get(0).equals("run");
    // Before what Flink's client would take for its own.
    int place = command.get(0).equals("cluster") ? 2 : 1;
    arguments.add(place, (isRun ? "--cluster-folder=" : "--folder=") + cluster());
    if (isRun) {
      arguments.add("--job-jar=" + JAR);
    } else if (List.of("up", "flink").contains(command.get(1))) {
      arguments.add(place, "--lib=" + LIB);
    }
    if (command.get(1).equals("up")) {
      arguments.add("--port=0");
    }
    return arguments;
  }

  private String savepoint() throws Exception {
    try (Stream<Path> found = Files.list(folder.resolve("savepoints"))) {
      return found.findFirst().orElseThrow().toString();
    }
  }

  private String runningJob() throws Exception {
    String address = new SessionFolder(cluster()).address();
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.ADDRESS, address.replaceFirst(":.*", ""));
    configuration.set(RestOptions.PORT, Integer.parseInt(address.replaceFirst(".*:", "")));
    try (RestClusterClient<StandaloneClusterId> client =
        new RestClusterClient<>(configuration, StandaloneClusterId.getInstance())) {
      return client.listJobs().get(30, TimeUnit.SECONDS).stream()
          .filter(job -> job.getJobState() == JobStatus.RUNNING)
          .map(job -> job.getJobId().toHexString())
          .findFirst()
          .orElseThrow();
    }
  }

  /** Sends events, and waits until the job has answered all that were ever sent. */
  private void awaitAnswers() throws Exception {
    broker.send(IntStream.range(sent, sent + EVENTS).mapToObj(ClusterPagesIT::message).toList());
    sent += EVENTS;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (broker.committed("predictions").size() < sent) {
      assertThat(System.nanoTime()).as("answers to %d events", sent).isLessThan(deadline);
      Thread.sleep(200);
    }
    assertThat(broker.committed("predictions")).hasSize(sent);
  }

  private static ProducerRecord<byte[], byte[]> message(int place) {
    String user = "u" + place % 5;
    String event =
        String.format(
            Locale.ROOT,
            "{\"time\": %d, \"user\": \"%s\", \"page\": \"p%d\", \"bought\": %b}",
            100_000_000_000L + place,
            user,
            place % 3,
            place % 2 == 0);
    return new ProducerRecord<>(
        "events", user.getBytes(StandardCharsets.UTF_8), event.getBytes(StandardCharsets.UTF_8));
  }
}
