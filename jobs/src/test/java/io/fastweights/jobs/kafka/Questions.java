package io.fastweights.jobs.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Asks a job by a topic of visits, and sends it new weights by another. */
final class Questions {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROUND = 5;

  private final Broker broker;
  private final String answers;
  private final Callable<Boolean> runs;
  private int sent;

  /**
   * @param answers topic that the job writes
   * @param runs true while the job runs
   */
  Questions(Broker broker, String answers, Callable<Boolean> runs) {
    this.broker = broker;
    this.answers = answers;
    this.runs = runs;
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** Sends a message about new weights. */
  static void update(Broker broker, String topic, String value) throws Exception {
    broker.send(List.of(new ProducerRecord<>(topic, bytes("model"), bytes(value))));
  }

  /** Message of new weights that may reset the memories. */
  static String withReset(Path weights, long version) {
    return String.format(
        Locale.ROOT,
        """
        {"path": "%s", "version": %d, "reset": true}""",
        weights,
        version);
  }

  /** Message of new weights that keep the memories. */
  static String keeping(Path weights, long version) {
    return String.format(
        Locale.ROOT,
        """
        {"path": "%s", "version": %d}""",
        weights,
        version);
  }

  /** The answers to all questions so far, when there are some more. */
  List<JsonNode> ask() throws Exception {
    broker.send(
        IntStream.range(sent, sent + ROUND)
            .mapToObj(
                place ->
                    String.format(
                        Locale.ROOT,
                        """
                        {"time": %d, "user": "u%d", "page": "p%d", "price": %d}""",
                        place,
                        place % 3,
                        place % 7,
                        place % 5))
            .map(event -> new ProducerRecord<byte[], byte[]>("visits", bytes(event)))
            .toList());
    sent += ROUND;
    return answers(await(answers, sent));
  }

  /** The same, and more questions until weights of this version answer. */
  List<JsonNode> askUntil(long version) throws Exception {
    List<JsonNode> found = ask();
    while (version(found.get(found.size() - 1)) != version) {
      found = ask();
    }
    return found;
  }

  List<ConsumerRecord<byte[], byte[]>> await(String topic, int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    List<ConsumerRecord<byte[], byte[]>> found = List.of();
    while (found.size() < count) {
      assertThat(runs.call()).as("the job runs").isTrue();
      assertThat(System.nanoTime())
          .as("%d of %d in %s", found.size(), count, topic)
          .isLessThan(deadline);
      // A broker does not notify of a commit: poll.
      Thread.sleep(100);
      found = broker.committed(topic);
    }
    return found;
  }

  static List<JsonNode> answers(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
    List<JsonNode> answers = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> answer : records) {
      answers.add(JSON.readTree(answer.value()));
    }
    return answers;
  }

  static long version(JsonNode answer) {
    return answer.get("model_version").asLong();
  }
}
