package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.Main;
import io.fastweights.jobs.TrainedWeights;
import io.fastweights.jobs.lineage.OpenLineageEvents;
import io.fastweights.jobs.lineage.SeenJobs;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New weights of a topic, for jobs that the command runs with a real broker. */
class KafkaRefreshITCase {
  private static final String JOB =
      """
      source: {kafka: {brokers: "%1$s", topic: visits, group: %2$s, bounded: %3$s}}
      sink: {kafka: {brokers: "%1$s", topic: %2$s, dead-letter-topic: dead, delivery: at-least-once}}
      refresh: {kafka: {brokers: "%1$s", topic: models, refused-topic: %2$s.refused}}
      weights: %4$s
      flink:
        parallelism.default: 1
        execution.checkpointing.interval: 200ms
        execution.job-status-changed-listeners: io.fastweights.jobs.lineage.SeenJobs;%5$s
        %6$s
      name: %2$s
      """;

  /** As large as a message may be. */
  private static final String NO_UPDATE = "no update".repeat((1 << 20) / 9 - 20);

  private static final ObjectMapper JSON = new ObjectMapper();

  private static Broker broker;

  @TempDir Path folder;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = new Broker();
    broker.createTopics(
        1, "visits", "models", "dead", "serving", "serving.refused", "bounded", "bounded.refused");
  }

  @AfterAll
  static void stopBroker() throws Exception {
    broker.close();
  }

  @BeforeEach
  void writeWeights() throws Exception {
    for (int seed = 1; seed <= 2; seed++) {
      WeightsFile.write(
          TrainedWeights.over(Visits.SCHEMA_JSON, seed), folder.resolve("weights-" + seed));
    }
  }

  /** Runs the command and returns its error output. */
  private String run(String name, boolean bounded, String weights) {
    String options =
        OpenLineageEvents.options(folder.resolve(name + ".events")).entrySet().stream()
            .map(option -> option.getKey() + ": \"" + option.getValue() + '"')
            .collect(Collectors.joining("\n  "));
    String listener = OpenLineageEvents.LISTENER;
    String text =
        String.format(
            Locale.ROOT, JOB, broker.address(), name, bounded, weights, listener, options);
    StringWriter err = new StringWriter();
    try {
      Path job = Files.writeString(folder.resolve(name + ".yaml"), text);
      Main.commandLine()
          .setErr(new PrintWriter(err))
          .setOut(new PrintWriter(PrintWriter.nullWriter()))
          .execute("run", "--config", job.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return err.toString();
  }

  private void update(String file, long version) throws Exception {
    update(Questions.keeping(folder.resolve(file), version));
  }

  private static void update(String message) throws Exception {
    Questions.update(broker, "models", message);
  }

  @Test
  void aJobGoesOnWithNewWeightsAndPastUpdatesThatAreNone() throws Exception {
    List<JsonNode> served = serve();
    assertThat(run("bounded", true, "weights-2")).as("the job ends with its events").isEmpty();
    Map<String, JsonNode> expected =
        Questions.answers(broker.committed("bounded")).stream()
            .collect(Collectors.toMap(answer -> answer.get("time").asText(), Function.identity()));
    assertThat(expected).hasSameSizeAs(served);
    for (JsonNode answer : served) {
      JsonNode other = expected.get(answer.get("time").asText());
      // Nothing is learned from questions: each answer depends on the weights alone.
      assertThat(answer.get("p_buy").equals(other.get("p_buy")))
          .as("%s, with the new weights %s", answer, other)
          .isEqualTo(Questions.version(answer) == 7);
    }
    checkRefused(broker.committed("serving.refused"));
    checkRefused(broker.committed("bounded.refused"));
    assertThat(SeenJobs.edges("bounded"))
        .contains(
            edge("visits", "bounded"),
            edge("visits", "dead"),
            edge("models", "bounded"),
            edge("models", "bounded.refused"));
    checkOpenLineage();
  }

  /** OpenLineage's listener names our topics as it names those of Kafka's own connector. */
  private void checkOpenLineage() throws Exception {
    StreamExecutionEnvironment plain = StreamExecutionEnvironment.getExecutionEnvironment();
    DataStream<String> read = plain(plain, "visits").union(plain(plain, "models"));
    for (String topic : List.of("bounded", "dead", "bounded.refused")) {
      read.sinkTo(
          KafkaSink.<String>builder()
              .setBootstrapServers(broker.address())
              .setRecordSerializer(
                  KafkaRecordSerializationSchema.<String>builder()
                      .setTopic(topic)
                      .setValueSerializationSchema(new SimpleStringSchema())
                      .build())
              .build());
    }
    Path file = folder.resolve("plain.events");
    OpenLineageEvents.created(plain, file);
    JsonNode expected = OpenLineageEvents.start(file);
    JsonNode event = OpenLineageEvents.start(folder.resolve("bounded.events"));
    assertThat(OpenLineageEvents.names(expected, "inputs")).hasSize(2);
    for (String side : List.of("inputs", "outputs")) {
      assertThat(OpenLineageEvents.names(event, side))
          .isEqualTo(OpenLineageEvents.names(expected, side));
    }
    assertThat(event.at("/job/name").asText()).isEqualTo("bounded");
    assertThat(OpenLineageEvents.columns(event, "inputs", "visits"))
        .containsEntry("price", "DOUBLE")
        .containsEntry("time", "TIMESTAMP_LTZ(3)");
    assertThat(OpenLineageEvents.columns(event, "outputs", "bounded"))
        .containsEntry("p_buy", "FLOAT");
    assertThat(event.toString()).as("options of clients").doesNotContain("group.id");
  }

  private static DataStream<String> plain(StreamExecutionEnvironment environment, String topic) {
    return environment.fromSource(
        KafkaSource.<String>builder()
            .setBootstrapServers(broker.address())
            .setTopics(topic)
            .setValueOnlyDeserializer(new SimpleStringSchema())
            .build(),
        WatermarkStrategy.noWatermarks(),
        topic);
  }

  private static String edge(String from, String to) {
    String cluster = "kafka://" + broker.address();
    return String.format(Locale.ROOT, "%1$s %2$s -> %1$s %3$s", cluster, from, to);
  }

  /** Asks a job with other weights before and after an update, and after some that are none. */
  private List<JsonNode> serve() throws Exception {
    Thread job = new Thread(() -> run("serving", false, "weights-1"));
    Questions questions = new Questions(broker, "serving", job::isAlive);
    job.start();
    try {
      assertThat(questions.ask()).extracting(Questions::version).containsOnly(0L);
      update("weights-2", 7);
      questions.askUntil(7);
      update("nowhere", 8);
      update("weights-1", 6);
      update(NO_UPDATE);
      questions.await("serving.refused", 3);
      List<JsonNode> served = questions.ask();
      assertThat(Questions.version(served.get(served.size() - 1))).isEqualTo(7);
      return served;
    } finally {
      job.interrupt();
      job.join(TimeUnit.SECONDS.toMillis(60));
    }
  }

  private void checkRefused(List<ConsumerRecord<byte[], byte[]>> refused) throws IOException {
    assertThat(refused)
        .extracting(record -> Visits.header(record, DeadLetters.REASON))
        .satisfiesExactlyInAnyOrder(
            reason -> assertThat(reason).contains("nowhere"),
            reason -> assertThat(reason).isEqualTo("version is 6, must be above 7, which serves"),
            reason -> assertThat(reason).startsWith("the line is not JSON"));
    for (ConsumerRecord<byte[], byte[]> record : refused) {
      if (record.key() != null) {
        assertThat(record.key()).isEqualTo(Questions.bytes("model"));
        assertThat(NO_UPDATE).startsWith(new String(record.value(), StandardCharsets.UTF_8));
        assertThat(Visits.header(record, DeadLetters.VALUE_BYTES))
            .isEqualTo(Integer.toString(NO_UPDATE.length()));
      } else {
        JsonNode letter = JSON.readTree(record.value());
        assertThat(letter.get("path").asText()).startsWith(folder.toString());
        assertThat(letter.get("version").asLong()).isIn(6L, 8L);
        assertThat(letter.get("reason").asText())
            .isEqualTo(Visits.header(record, DeadLetters.REASON));
      }
    }
  }

  @Test
  void namesATopicThatIsNotThere() {
    assertThat(run("visits", true, "weights-1")).contains("has no topic visits.refused");
  }
}
