package io.fastweights.jobs.kafka;

import static io.fastweights.jobs.kafka.DeadLetters.OFFSET;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that a real broker refuses: a job without restarts must still finish. */
class KafkaLargeMessagesITCase {
  /** Close to a topic's limit. */
  private static final int LARGE = (1 << 20) - 500;

  private static final int LETTER = 100_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Broker broker;

  @TempDir Path folder;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = new Broker();
  }

  @AfterAll
  static void stopBroker() throws Exception {
    broker.close();
  }

  @BeforeEach
  void writeSchema() throws Exception {
    Files.writeString(folder.resolve("schema.json"), Visits.SCHEMA_JSON);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** Runs the job and returns its counters. */
  private JsonNode run(String source, String sink) throws Exception {
    String job =
        String.format(
            Locale.ROOT,
            """
        source: %s
        sink: {kafka: {brokers: "%s", %s}}
        schema: schema.json
        max-malformed: 100%%
        flink: {parallelism.default: 1, restart-strategy: {type: disable}}
        """,
            source,
            broker.address(),
            sink);
    Path figures = folder.resolve("figures.json");
    Commands.succeed(
        "run",
        "--config",
        Files.writeString(folder.resolve("job.yaml"), job).toString(),
        "--json",
        figures.toString());
    return JSON.readTree(figures.toFile());
  }

  private static String event(String price, String shop) {
    return String.format(
        Locale.ROOT,
        """
        {"time": 1, "user": "u", "page": "p", "price": "%s", "outcome": "buy", "shop": "%s"}""",
        price,
        shop);
  }

  /** Large, where there is no telling what of it. */
  private static byte[] noise() {
    byte[] noise = new byte[LARGE];
    new Random(1).nextBytes(noise);
    return noise;
  }

  @Test
  void whatDoesNotFitIsToldOfInALetterThatDoes() throws Exception {
    broker.createTopics(1, "in", "out");
    broker.createTopic(1, "dead", Map.of("max.message.bytes", Integer.toString(LETTER)));
    byte[] poison = noise();
    byte[] unpriced = bytes(event("x".repeat(LARGE - 200), "s"));
    byte[] answered = bytes(event("1", "x".repeat(LARGE - 200)));
    byte[] none = bytes("{}");
    broker.send(
        List.of(
            new ProducerRecord<>("in", bytes("u"), poison),
            new ProducerRecord<>("in", bytes("u"), unpriced),
            new ProducerRecord<>("in", bytes("u"), answered),
            new ProducerRecord<>("in", poison, none),
            new ProducerRecord<>("in", bytes("u"), bytes(event("1", "s")))));
    JsonNode counted =
        run(
            String.format(
                Locale.ROOT,
                "{kafka: {brokers: \"%s\", topic: in, bounded: true, columns: [shop]}}",
                broker.address()),
            "topic: out, dead-letter-topic: dead, properties: {compression.type: gzip}");
    assertThat(counted.get("malformed").asInt()).isEqualTo(3);
    assertThat(counted.get("tooLarge").asInt()).isEqualTo(1);
    assertThat(counted.get("predicted").asInt()).isEqualTo(2);
    assertThat(broker.committed("out"))
        .singleElement()
        .satisfies(answer -> assertThat(new String(answer.value(), UTF_8)).contains("p_buy"));
    List<ConsumerRecord<byte[], byte[]>> letters = letters();
    checkCut(letters.get(0), poison, "the value is not UTF-8");
    checkCut(letters.get(1), unpriced, "field price is 'xxx");
    checkCut(letters.get(2), answered, "the prediction is ");
    JsonNode prediction = JSON.readTree(Visits.header(letters.get(2), DeadLetters.PREDICTION));
    assertThat(prediction.fieldNames())
        .toIterable()
        .containsExactly("predicted_outcome", "p_buy", "p_leave", "recall_error");
    assertThat(letters.get(3).key()).isNull();
    assertThat(letters.get(3).value()).isEqualTo(none);
    assertThat(Visits.header(letters.get(3), DeadLetters.KEY_BYTES))
        .isEqualTo(Integer.toString(LARGE));
  }

  @Test
  void aCompactedTopicOfPredictionsGetsTheMemorysKeyWhereTheEventHasNone() throws Exception {
    broker.createTopics(1, "keyless", "letters");
    broker.createTopic(1, "newest", Map.of("cleanup.policy", "compact"));
    byte[] event = bytes(event("1", "s"));
    broker.send(
        List.of(
            new ProducerRecord<>("keyless", null, event),
            new ProducerRecord<>("keyless", bytes("mine"), event)));
    run(
        String.format(
            Locale.ROOT,
            "{kafka: {brokers: \"%s\", topic: keyless, bounded: true}}",
            broker.address()),
        "topic: newest, dead-letter-topic: letters");
    assertThat(broker.committed("newest"))
        .extracting(answer -> new String(answer.key(), UTF_8))
        .containsExactlyInAnyOrder("u", "mine");
  }

  /** By their places in the topic of events. */
  private static List<ConsumerRecord<byte[], byte[]>> letters() {
    return broker.committed("dead").stream()
        .sorted((a, b) -> Visits.header(a, OFFSET).compareTo(Visits.header(b, OFFSET)))
        .toList();
  }

  private static void checkCut(ConsumerRecord<byte[], byte[]> letter, byte[] value, String reason) {
    assertThat(letter.key()).isEqualTo(bytes("u"));
    assertThat(letter.value()).hasSizeBetween(LETTER * 9 / 10, LETTER);
    assertThat(letter.value()).isEqualTo(Arrays.copyOf(value, letter.value().length));
    assertThat(Visits.header(letter, DeadLetters.VALUE_BYTES))
        .isEqualTo(Integer.toString(value.length));
    assertThat(Visits.header(letter, DeadLetters.TOPIC)).isEqualTo("in");
    assertThat(Visits.header(letter, DeadLetters.REASON))
        .startsWith(reason)
        .hasSizeLessThanOrEqualTo(1000);
  }

  @Test
  void aTopicTakesWhatItIsSetToTakeAndEventsOfTheFutureNow() throws Exception {
    broker.createTopic(1, "large", Map.of("max.message.bytes", "5000000"));
    broker.createTopics(1, "large.malformed");
    String text = "\u00e9".repeat(LARGE - 200);
    String future = event("2", "s").replace("\"time\": 1", "\"time\": \"2099-01-01T00:00:00Z\"");
    Files.writeString(
        folder.resolve("events.jsonl"), String.join("\n", event("1", text), text, future, ""));
    JsonNode counted = run("{files: events.jsonl}", "topic: large");
    assertThat(counted.get("tooLarge").asInt()).isZero();
    List<ConsumerRecord<byte[], byte[]>> answers = broker.committed("large");
    assertThat(JSON.readTree(answers.get(0).value()).get("shop").asText()).isEqualTo(text);
    assertThat(answers.get(0).timestamp()).isEqualTo(1);
    assertThat(answers.get(1).timestamp()).isBetween(1L, System.currentTimeMillis());
    assertThat(Visits.header(answers.get(1), TopicLimits.TIMESTAMP)).isEqualTo("4070908800000");
    ConsumerRecord<byte[], byte[]> letter = broker.committed("large.malformed").get(0);
    assertThat(new String(letter.value(), UTF_8)).startsWith("\u00e9\u00e9");
    assertThat(Visits.header(letter, DeadLetters.LINE)).isEqualTo("2");
    assertThat(Visits.header(letter, DeadLetters.VALUE_BYTES))
        .isEqualTo(Integer.toString(2 * text.length()));
  }
}
