package io.fastweights.jobs.bench.ask;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A service that asks: it sends messages to one topic and takes the first answer of each id from
 * another. One thread asks and another one reads, as Kafka's clients are made.
 */
final class AskingService implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long FIRST_SECONDS = 120;
  private static final long LAST_SECONDS = 60;
  private static final int USERS = 1000;
  private static final int CATEGORIES = 50;

  /** Asks after which the label of an ask follows. */
  private static final int LABELS_LATER = 100;

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /** Nano times at which the asks without an answer were due, by id. */
  private final Map<String, Long> due = new HashMap<>();

  private final List<Double> millis = new ArrayList<>();

  /** Nano time from which asks count. */
  private long counts = Long.MIN_VALUE;

  AskingService(String brokers, Isolation isolation) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", brokers, "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", brokers, "isolation.level", isolation.level()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.assign(List.of(new TopicPartition("answers", 0)));
    consumer.seekToBeginning(consumer.assignment());
  }

  /**
   * Asks once and waits.
   *
   * @param alive false if no answer can come any more
   * @throws IllegalStateException if none comes
   */
  void awaitFirst(BooleanSupplier alive) {
    send(0, System.nanoTime(), false);
    await(FIRST_SECONDS, alive);
    millis.clear();
  }

  /** Reads until all have been answered. */
  private void await(long seconds, BooleanSupplier alive) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (waiting() > 0) {
      if (System.nanoTime() > end || !alive.getAsBoolean()) {
        throw new IllegalStateException(waiting() + " asks have no answer");
      }
      read();
    }
  }

  /**
   * Asks at a rate, and reads meanwhile.
   *
   * @param rate messages a second
   * @param warmUp seconds that do not count
   * @return milliseconds until each answer
   */
  double[] ask(int rate, int warmUp, int seconds) throws InterruptedException {
    long messages = (long) rate * (warmUp + seconds);
    long begin = System.nanoTime();
    Thread asking =
        new Thread(
            () -> {
              for (long i = 0; i < messages; i++) {
                long at = begin + i * TimeUnit.SECONDS.toNanos(1) / rate;
                for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
                  LockSupport.parkNanos(left);
                }
                send(1 + i / 2, at, i % 2 == 1);
              }
            },
            "asks");
    asking.setDaemon(true);
    asking.start();
    counts = begin + TimeUnit.SECONDS.toNanos(warmUp);
    while (asking.isAlive()) {
      read();
    }
    asking.join();
    await(LAST_SECONDS, () -> true);
    return millis.stream().mapToDouble(each -> each).toArray();
  }

  private void send(long id, long at, boolean label) {
    long of = label ? Math.max(0, id - LABELS_LATER) : id;
    String message =
        String.format(
            Locale.ROOT,
            "{\"id\": \"a%d\", \"user\": \"u%d\", \"category\": \"c%d\", \"time\": %d, \"clicked\": %s}",
            of,
            of % USERS,
            of % CATEGORIES,
            System.currentTimeMillis(),
            label ? of % 3 == 0 : null);
    if (!label) {
      synchronized (due) {
        due.put("a" + id, at);
      }
    }
    byte[] key = ("u" + of % USERS).getBytes(StandardCharsets.UTF_8);
    producer.send(new ProducerRecord<>("asks", key, message.getBytes(StandardCharsets.UTF_8)));
  }

  private int waiting() {
    synchronized (due) {
      return due.size();
    }
  }

  private void read() {
    consumer
        .poll(Duration.ofMillis(20))
        .forEach(
            record -> {
              long now = System.nanoTime();
              String id = id(record.value());
              Long at;
              synchronized (due) {
                at = due.remove(id);
              }
              if (at != null && at >= counts) {
                millis.add((now - at) / 1e6);
              }
            });
  }

  private static String id(byte[] value) {
    try {
      JsonNode answer = JSON.readTree(value);
      return answer.path("id").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }
}
