package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.flink.util.function.ThrowingConsumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads committed messages of a topic between two positions, outside of a job. Commits no offsets.
 * Not safe for more than one thread.
 */
public final class TopicWindow implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long WAIT_SECONDS = 60;

  private final String brokers;
  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  /**
   * @param properties of the consumer
   * @throws IllegalArgumentException if the brokers do not answer or lack the topic
   */
  public static TopicWindow of(String brokers, Map<String, String> properties, String topic)
      throws Exception {
    KafkaTopics.require(brokers, properties, List.of(topic));
    return new TopicWindow(brokers, properties, topic);
  }

  private TopicWindow(String brokers, Map<String, String> properties, String topic) {
    this.brokers = brokers;
    this.topic = topic;
    Properties consumed = new Properties();
    consumed.putAll(properties);
    consumed.setProperty(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    consumed.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    consumed.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    consumed.remove(ConsumerConfig.GROUP_ID_CONFIG);
    consumer =
        new KafkaConsumer<>(consumed, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    consumer.assign(partitions);
  }

  /** The first offset of each partition that the topic still has. */
  public Map<TopicPartition, Long> beginning() {
    return consumer.beginningOffsets(partitions);
  }

  /** The offset after the last committed message of each partition. */
  public Map<TopicPartition, Long> end() {
    return consumer.endOffsets(partitions);
  }

  /** The offset of each partition's first message with this timestamp or a later one. */
  public Map<TopicPartition, Long> from(Instant time) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, time.toEpochMilli()));
    Map<TopicPartition, Long> offsets = new HashMap<>(end());
    for (Map.Entry<TopicPartition, OffsetAndTimestamp> found :
        consumer.offsetsForTimes(times).entrySet()) {
      if (found.getValue() != null) {
        offsets.put(found.getKey(), found.getValue().offset());
      }
    }
    return offsets;
  }

  /**
   * Passes on the messages between two positions, those of a partition in their order.
   *
   * @throws IllegalStateException if no message comes for a minute
   * @throws E of the reader
   */
  public <E extends Exception> void read(
      Map<TopicPartition, Long> from,
      Map<TopicPartition, Long> until,
      ThrowingConsumer<Message, E> reader)
      throws E {
    Map<TopicPartition, Long> first = beginning();
    partitions.forEach(p -> consumer.seek(p, Math.max(first.get(p), from.getOrDefault(p, 0L))));
    long last = System.nanoTime();
    long position = -1;
    while (partitions.stream().anyMatch(p -> consumer.position(p) < until.getOrDefault(p, 0L))) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition p = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < until.getOrDefault(p, 0L)) {
          reader.accept(MessageReader.message(record));
        }
      }
      long now = partitions.stream().mapToLong(consumer::position).sum();
      last = now == position ? last : System.nanoTime();
      position = now;
      requireProgress(last);
    }
  }

  private void requireProgress(long last) {
    if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - last) > WAIT_SECONDS) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "no message of topic %s came from %s for %d s",
              topic,
              brokers,
              WAIT_SECONDS));
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
