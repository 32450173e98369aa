package examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import examples.KafkaLateLabels.Offer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Inside a service: asks the job of {@link KafkaLateLabels} and waits for its answer. */
public final class AskByTopic implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, CompletableFuture<Double>> waiting = new ConcurrentHashMap<>();
  private final KafkaProducer<String, String> producer;
  private final KafkaConsumer<String, String> consumer;
  private volatile boolean closed;

  public AskByTopic(String brokers) {
    Map<String, Object> common = Map.of("bootstrap.servers", brokers);
    producer = new KafkaProducer<>(common, new StringSerializer(), new StringSerializer());
    // By default a consumer reads uncommitted messages: answers come at once, not with a
    // checkpoint.
    consumer = new KafkaConsumer<>(common, new StringDeserializer(), new StringDeserializer());
    consumer.assign(
        consumer.partitionsFor("answers").stream()
            .map(partition -> new TopicPartition("answers", partition.partition()))
            .toList());
    consumer.seekToEnd(consumer.assignment());
    consumer.assignment().forEach(consumer::position); // now, before the first ask
    new Thread(this::read, "answers").start();
  }

  /** The probability of a click; a TimeoutException where no answer comes: have a default. */
  public CompletableFuture<Double> ask(String user, String category) throws IOException {
    String id = UUID.randomUUID().toString();
    CompletableFuture<Double> answer =
        new CompletableFuture<Double>().orTimeout(2, TimeUnit.SECONDS);
    waiting.put(id, answer);
    answer.whenComplete((probability, failure) -> waiting.remove(id));
    Offer offer = new Offer(id, user, category, System.currentTimeMillis(), null);
    producer.send(new ProducerRecord<>("offers", user, JSON.writeValueAsString(offer)));
    return answer;
  }

  private void read() {
    while (!closed) {
      for (var record : consumer.poll(Duration.ofMillis(100))) {
        String[] answer = record.value().split(" ");
        CompletableFuture<Double> asked = waiting.get(answer[0]);
        if (asked != null) {
          asked.complete(Double.parseDouble(answer[1]));
        }
      }
    }
    consumer.close();
  }

  @Override
  public void close() {
    closed = true; // the reader closes the consumer: it is not made for two threads
    producer.close();
  }

  public static void main(String[] args) throws Exception {
    try (AskByTopic service = new AskByTopic(args[0])) {
      System.out.println(service.ask("ann", "wine").join());
    }
  }
}
