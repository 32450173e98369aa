package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** A seeded stream of messages, some of which are no events, and what a job must make of it. */
final class Visits {
  static final String SCHEMA_JSON =
      """
      {"key": "user", "time": "time",
       "fields": [
         {"name": "page", "encoder": "hashed", "buckets": 16},
         {"name": "price", "encoder": "numeric", "mean": 10, "deviation": 5}],
       "target": {"name": "outcome", "encoder": "class", "classes": ["buy", "leave"]}}
      """;

  static final Schema SCHEMA = SchemaJson.parse(SCHEMA_JSON);

  /** The memories' options that {@link #checkPredictions} knows, as YAML. */
  static final String MEMORIES =
      """
      fastweights:
        batch-size: 16
        cache-size: 1 kb
        associative: {key-dim: 8, betas: [0.5, 0.25], seed: 3}
      """;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private static final String TRACE = "trace";

  private Visits() {}

  /** True if the message at a position is malformed. */
  private static boolean isPoison(int place) {
    return place % 40 == 7;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ProducerRecord<byte[], byte[]> message(String topic, int place) {
    SplittableRandom random = new SplittableRandom(place);
    String user = "u" + random.nextInt(30);
    String outcome = List.of("\"buy\"", "\"leave\"", "null").get(random.nextInt(3));
    String event =
        String.format(
            Locale.ROOT,
            """
            {"time": %d, "user": "%s", "page": "p%d", "price": %d, "outcome": %s, "shop": "s"}""",
            place,
            user,
            random.nextInt(9),
            random.nextInt(20),
            outcome);
    byte[] value =
        isPoison(place)
            ? List.of(bytes("{\"time\":"), new byte[] {'"', (byte) 0xff}, bytes("{}"))
                .get(place % 3)
            : bytes(event);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, null, 1_000_000L + place, bytes(user), value);
    record.headers().add(TRACE, bytes(Integer.toString(place)));
    return record;
  }

  static List<ProducerRecord<byte[], byte[]>> messages(String topic, int from, int to) {
    return IntStream.range(from, to).mapToObj(place -> message(topic, place)).toList();
  }

  static int trace(ConsumerRecord<byte[], byte[]> record) {
    return Integer.parseInt(header(record, TRACE));
  }

  static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  /**
   * Every event was predicted once, to the bit, with its key, headers and timestamp.
   *
   * @param count messages that were sent
   */
  static void checkPredictions(List<ConsumerRecord<byte[], byte[]>> committed, int count)
      throws Exception {
    List<String> columns = new ArrayList<>(SCHEMA.columns());
    columns.add("shop");
    AssociativeMemory model =
        new AssociativeMemory(8, 2, 2, new float[] {0.5f, 0.25f}, Normalisation.UNIT);
    Expected expected = new Expected(SCHEMA, columns, model, 3);
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>(committed);
    found.sort(Comparator.comparingInt(Visits::trace));
    List<Integer> places =
        IntStream.range(0, count).filter(place -> !isPoison(place)).boxed().toList();
    assertThat(found.stream().map(Visits::trace)).isEqualTo(places);
    for (ConsumerRecord<byte[], byte[]> record : found) {
      ProducerRecord<byte[], byte[]> sent = message("", trace(record));
      assertThat(record.key()).isEqualTo(sent.key());
      assertThat(record.timestamp()).isEqualTo(sent.timestamp());
      JsonNode value = JSON.readTree(record.value());
      assertThat(value.get("shop").asText()).isEqualTo("s");
      assertThat(value.get("time").isInt()).isTrue();
      float[] answer = expected.answer(sent.value());
      assertThat(
              new float[] {
                number(value, "p_buy"), number(value, "p_leave"), number(value, "recall_error")
              })
          .as("%s", value)
          .isEqualTo(answer);
    }
  }

  private static float number(JsonNode value, String name) {
    return value.get(name).isNull() ? Float.NaN : value.get(name).decimalValue().floatValue();
  }

  /** Every message that is no event came once, as it was, with the reason. */
  static void checkDeadLetters(List<ConsumerRecord<byte[], byte[]>> dead, String topic, int count) {
    Set<Integer> traces = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : dead) {
      assertThat(traces.add(trace(record))).as("only once").isTrue();
      ProducerRecord<byte[], byte[]> sent = message(topic, trace(record));
      assertThat(record.key()).isEqualTo(sent.key());
      assertThat(record.value()).isEqualTo(sent.value());
      assertThat(record.timestamp()).isEqualTo(sent.timestamp());
      assertThat(header(record, DeadLetters.TOPIC)).isEqualTo(topic);
      assertThat(header(record, DeadLetters.PARTITION)).isNotNull();
      assertThat(header(record, DeadLetters.OFFSET)).isNotNull();
      assertThat(header(record, DeadLetters.REASON))
          .isIn(
              "the key is missing",
              "the value is not UTF-8",
              "the line is not JSON: Unexpected end-of-input within/between Object entries");
    }
    assertThat(traces)
        .isEqualTo(
            IntStream.range(0, count).filter(Visits::isPoison).boxed().collect(Collectors.toSet()));
  }
}
