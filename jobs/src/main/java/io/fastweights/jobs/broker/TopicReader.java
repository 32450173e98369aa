package io.fastweights.jobs.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what is committed of a topic, from its beginning. Not safe for more than one thread. */
public final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final String brokers;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  public TopicReader(String brokers, String topic) {
    this.brokers = brokers;
    Map<String, Object> options =
        Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed");
    consumer =
        new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Messages of each topic that is not Kafka's own, transactions' marks included. */
  static Map<String, Long> sizes(String brokers) throws Exception {
    Map<String, Long> sizes = new TreeMap<>();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      for (String topic : admin.listTopics().names().get(60, TimeUnit.SECONDS)) {
        try (TopicReader reader = new TopicReader(brokers, topic)) {
          sizes.put(topic, reader.ends().values().stream().mapToLong(end -> end).sum());
        }
      }
    }
    return sizes;
  }

  /** Passes on the messages since the last call; waits a moment if there are none. */
  public void poll(Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    consumer.poll(POLL).forEach(reader);
  }

  /**
   * The timestamps of the messages between two positions.
   *
   * @param from the first offset of each partition; 0 for partitions that are not named
   * @param until the offset after the last
   */
  public List<Long> timestamps(Map<TopicPartition, Long> from, Map<TopicPartition, Long> until) {
    List<Long> timestamps = new ArrayList<>();
    from.forEach(consumer::seek);
    while (until.keySet().stream().anyMatch(p -> consumer.position(p) < until.get(p))) {
      poll(
          record -> {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            if (record.offset() < until.getOrDefault(partition, 0L)) {
              timestamps.add(record.timestamp());
            }
          });
    }
    return timestamps;
  }

  /**
   * Passes on the rest, up to the current end, after open transactions have ended.
   *
   * @throws IllegalStateException if a transaction stays open for longer than this
   */
  public void finish(Duration longest, Consumer<ConsumerRecord<byte[], byte[]>> reader)
      throws Exception {
    Map<TopicPartition, Long> ends = ends();
    long deadline = System.nanoTime() + longest.toNanos();
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT, "a transaction is still open after %d s", longest.toSeconds()));
      }
      poll(reader);
    }
  }

  private Map<TopicPartition, Long> ends() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      Map<TopicPartition, ListOffsetsResultInfo> ends =
          admin
              .listOffsets(
                  partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())))
              .all()
              .get(60, TimeUnit.SECONDS);
      return ends.entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
