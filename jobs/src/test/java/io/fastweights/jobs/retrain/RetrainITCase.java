package io.fastweights.jobs.retrain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.Commands;
import io.fastweights.jobs.Main;
import io.fastweights.jobs.TrainedWeights;
import io.fastweights.jobs.config.KafkaRefreshConfig;
import io.fastweights.jobs.kafka.Broker;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Sha256;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream that changes, a job whose weights are then wrong, and the loop that replaces them. */
class RetrainITCase {
  private static final String SCHEMA =
      """
      {"key": "user", "time": "time",
       "fields": [{"name": "page", "encoder": "categorical",
                   "vocabulary": ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"]}],
       "target": {"name": "bought", "encoder": "binary"}}
      """;

  private static final String JOB =
      """
      source: {kafka: {brokers: "%1$s", topic: clicks, start: latest}}
      sink: {kafka: {brokers: "%1$s", topic: answers, dead-letter-topic: dead, delivery: at-least-once}}
      refresh: {kafka: {brokers: "%1$s", topic: models, refused-topic: refused,
                         compared-topic: compared}}
      schema: schema.json
      weights: first.safetensors
      flink:
        parallelism.default: 1
        execution.checkpointing.interval: 200ms
      """;

  private static final int EVENTS_OF_USER = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Broker broker;

  @TempDir Path folder;

  private int events;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = new Broker();
    broker.createTopics(
        1, "clicks", "answers", "dead", "models", "refused", "compared", "other", "refused2");
  }

  @AfterAll
  static void stopBroker() throws Exception {
    broker.close();
  }

  /** The next event: who sees one half of the pages buys, before the change the other half. */
  private String[] event(boolean changed) {
    SplittableRandom random = new SplittableRandom(events);
    int page = random.nextInt(8);
    boolean bought = (page < 4) != changed != random.nextInt(10) < 1;
    String user = "u" + events / EVENTS_OF_USER;
    return new String[] {
      user, Long.toString(1_000_000L + 1000L * events++), "p" + page, "" + bought
    };
  }

  private List<ProducerRecord<byte[], byte[]>> messages(int count, boolean changed) {
    List<ProducerRecord<byte[], byte[]>> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String[] cells = event(changed);
      String value =
          String.format(
              Locale.ROOT,
              """
              {"user": "%s", "time": %s, "page": "%s", "bought": %s}""",
              (Object[]) cells);
      messages.add(new ProducerRecord<>("clicks", cells[0].getBytes(UTF_8), value.getBytes(UTF_8)));
    }
    return messages;
  }

  /** Weights of the world before the change, and the file of a job with them. */
  private Path job() throws Exception {
    Files.writeString(folder.resolve("schema.json"), SCHEMA);
    StringBuilder csv = new StringBuilder("user,time,page,bought\n");
    for (int i = 0; i < 2000; i++) {
      csv.append(String.join(",", event(false))).append('\n');
    }
    Path before = Files.writeString(folder.resolve("before.csv"), csv);
    Commands.succeed(
        "train",
        "--events",
        before.toString(),
        "--schema",
        folder.resolve("schema.json").toString(),
        "--out",
        folder.resolve("first.safetensors").toString(),
        "--dim",
        "8",
        "--heads",
        "1",
        "--dim-head",
        "4",
        "--epochs",
        "20");
    return Files.writeString(
        folder.resolve("job.yaml"), String.format(Locale.ROOT, JOB, broker.address()));
  }

  private String retrain(Path job, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "retrain",
                "--config",
                job.toString(),
                "--weights-folder",
                folder.resolve("weights").toString(),
                "--epochs",
                "40",
                "--margin",
                "0.2",
                "--least-events",
                "500"));
    args.addAll(List.of(more));
    return Commands.succeed(args.toArray(String[]::new));
  }

  @Test
  void replacesWeightsThatTheStreamHasLeftBehindAndNoOthers() throws Exception {
    Path job = job();
    Thread running = new Thread(() -> run(job));
    running.start();
    try {
      // The job begins at the topic's end: events until its first answer may be before that.
      broker.send(messages(3000, true));
      double wrong = loss(answers(running, 0, 1200));
      String first = retrain(job);
      assertThat(first).contains("version 0 serves").contains("sent: version 1");
      checkMessage();
      assertThat(retrain(job)).contains("0 new events");
      double right = loss(answers(running, 1, 400));
      assertThat(right).as("log loss after, before: %s", wrong).isLessThan(0.7 * wrong);

      // A tenth of the answers is chance: a fifth less loss than that of good weights there is not.
      broker.send(messages(600, true));
      assertThat(retrain(job)).contains("version 1 serves").contains("kept version 1");
      assertThat(Commands.succeed("retrain", "--config", job.toString(), "--rollback", "0"))
          .contains("sent: version 2, the weights of version 0");
      assertThat(loss(answers(running, 2, 100))).isGreaterThan(right);

      assertThat(retrain(job, "--shadow")).contains("on trial in the shadow: version 3");
      sendUntilCompared(running, 400);
      assertThat(retrain(job, "--shadow", "--shadow-events", "400"))
          .contains("version 3 in the shadow: loss")
          .contains("sent: version 4");
      assertThat(loss(answers(running, 4, 200))).isLessThan(0.7 * wrong);
    } finally {
      running.interrupt();
      running.join(TimeUnit.SECONDS.toMillis(60));
    }
    assertThat(broker.committed("refused")).isEmpty();
    assertThat(broker.committed("models")).hasSize(4);
  }

  /** Sends events until the job has compared so many with its shadow. */
  private void sendUntilCompared(Thread running, int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (broker.committed("compared").size() < count) {
      assertThat(running.isAlive()).as("the job runs").isTrue();
      assertThat(System.nanoTime()).as("%d comparisons", count).isLessThan(deadline);
      broker.send(messages(80, true));
    }
  }

  private static void run(Path job) {
    Main.commandLine()
        .setOut(new PrintWriter(PrintWriter.nullWriter()))
        .setErr(new PrintWriter(PrintWriter.nullWriter()))
        .execute("run", "--config", job.toString());
  }

  /** The message names a whole file by its digest, and says why it was sent. */
  private void checkMessage() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> messages = broker.committed("models");
    for (int i = 0; messages.isEmpty() && i < 300; i++) {
      // A broker answers a commit before every reader sees it.
      Thread.sleep(100);
      messages = broker.committed("models");
    }
    assertThat(messages).hasSize(1);
    JsonNode update = JSON.readTree(messages.get(0).value());
    Path file = Path.of(URI.create(update.get("path").asText()));
    assertThat(Sha256.hex(Files.readAllBytes(file))).isEqualTo(update.get("sha256").asText());
    assertThat(new String(messages.get(0).headers().lastHeader(Updates.REASON).value(), UTF_8))
        .startsWith("loss ");
  }

  /** Sends events until so many were answered by weights of a version. */
  private List<JsonNode> answers(Thread running, long version, int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    List<JsonNode> found = List.of();
    while (found.size() < count) {
      assertThat(running.isAlive()).as("the job runs").isTrue();
      assertThat(System.nanoTime()).as("answers of version %d", version).isLessThan(deadline);
      broker.send(messages(40, true));
      found = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : broker.committed("answers")) {
        JsonNode answer = JSON.readTree(record.value());
        if (answer.get("model_version").asLong() == version) {
          found.add(answer);
        }
      }
    }
    return found;
  }

  private static double loss(List<JsonNode> answers) {
    return answers.stream()
        .mapToDouble(
            answer -> {
              double p = answer.get("p_bought").asDouble();
              return -Math.log(answer.get("bought").asBoolean() ? p : 1 - p);
            })
        .average()
        .orElseThrow();
  }

  @Test
  void refusesWeightsOfTwoKeys() throws Exception {
    String pair = SCHEMA.replace("\"key\": \"user\"", "\"keys\": [\"user\", \"page\"]");
    Path first = folder.resolve("first.safetensors");
    WeightsFile.write(TrainedWeights.over(pair, 1), first);
    WeightsFile.write(TrainedWeights.second(pair, 2), JobModel.secondFile(first));
    Files.writeString(folder.resolve("schema.json"), pair);
    String job = String.format(Locale.ROOT, JOB, broker.address());
    Path file = Files.writeString(folder.resolve("job.yaml"), job);
    String[] loop = {
      "retrain",
      "--config",
      file.toString(),
      "--weights-folder",
      folder.resolve("w").toString(),
      "--least-events",
      "0"
    };
    assertThat(refusal(loop)).contains("'retrain' takes one key, and the schema has two");
    assertThat(refusal("run", "--config", file.toString()))
        .contains("weights that arrive while the job runs take one key", "with a savepoint");
  }

  private static String refusal(String... args) {
    StringWriter err = new StringWriter();
    int code = Main.commandLine().setErr(new PrintWriter(err)).execute(args);
    assertThat(code).as("%s", err).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1);
    return err.toString();
  }

  @Test
  void refusesOptionsThatItWouldNotUse() {
    assertThat(refusal("retrain", "--config", "job.yaml", "--weights-folder", "w", "--tune", "10"))
        .contains("--tune is for 'train'");
  }

  @Test
  void neitherSendsTwiceNorHalf() throws Exception {
    KafkaRefreshConfig other =
        new KafkaRefreshConfig(broker.address(), "other", "refused2", null, null);
    // Another writer is killed with its message in an open transaction.
    KafkaProducer<byte[], byte[]> killed =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                broker.address(),
                "transactional.id",
                "fastweights-retrain-other"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    killed.initTransactions();
    killed.beginTransaction();
    killed.send(
        new ProducerRecord<>(
            "other",
            """
            {"path": "/half", "version": 1}"""
                .getBytes(UTF_8)));
    killed.flush();
    try (Updates first = new Updates(other)) {
      Served empty = first.served();
      assertThat(empty.highest()).as("the message of the killed writer is void").isZero();
      assertThat(first.send(ModelUpdate.of("/a", 1), empty, Positions.NONE, "better")).isTrue();
      assertThat(first.send(ModelUpdate.of("/b", 1), empty, Positions.NONE, "better"))
          .as("another update came in between")
          .isFalse();
      Served one = first.served();
      try (Updates second = new Updates(other)) {
        assertThat(second.served().newest()).isEqualTo(ModelUpdate.of("/a", 1));
        assertThatThrownBy(() -> first.send(ModelUpdate.of("/c", 2), one, Positions.NONE, "better"))
            .hasMessageContaining("another process retrains for topic other now");
        assertThat(second.served().highest()).isEqualTo(1);
      }
    } finally {
      killed.close(java.time.Duration.ZERO);
    }
  }
}
