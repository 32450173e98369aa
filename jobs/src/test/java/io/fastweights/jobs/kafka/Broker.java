package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;

/** A real broker in this JVM. */
public final class Broker {
  private final KafkaClusterTestKit kit;

  public Broker() throws Exception {
    TestKitNodes nodes =
        new TestKitNodes.Builder()
            .setCombined(true)
            .setNumBrokerNodes(1)
            .setNumControllerNodes(1)
            .build();
    kit =
        new KafkaClusterTestKit.Builder(nodes)
            .setConfigProp("offsets.topic.replication.factor", "1")
            .setConfigProp("offsets.topic.num.partitions", "1")
            .setConfigProp("transaction.state.log.replication.factor", "1")
            .setConfigProp("transaction.state.log.min.isr", "1")
            .setConfigProp("transaction.state.log.num.partitions", "2")
            .setConfigProp("group.initial.rebalance.delay.ms", "0")
            .setConfigProp("auto.create.topics.enable", "false")
            // Retention goes by the messages' timestamps, and those of the tests are of 1970: 30 s
            // after its start the broker would delete what a slow test has not read yet.
            .setConfigProp("log.retention.ms", "-1")
            .build();
    kit.format();
    kit.startup();
    kit.waitForReadyBrokers();
  }

  public String address() {
    return kit.bootstrapServers();
  }

  public void createTopics(int partitions, String... names) throws Exception {
    for (String name : names) {
      createTopic(partitions, name, Map.of());
    }
  }

  void createTopic(int partitions, String name, Map<String, String> options) throws Exception {
    NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(options);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address()))) {
      admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
      // The controller answers before the broker that a job asks has heard of the topic.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (!admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(name)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("topic " + name + " was created and is not listed");
        }
        Thread.sleep(10);
      }
    }
  }

  public void send(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
    Map<String, Object> options = Map.of("bootstrap.servers", address());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = records.stream().map(producer::send).toList();
      for (Future<RecordMetadata> message : sent) {
        message.get(60, TimeUnit.SECONDS);
      }
    }
  }

  /** All committed messages of a topic; of a partition in their order. */
  public List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    Map<String, Object> options =
        Map.of("bootstrap.servers", address(), "isolation.level", "read_committed");
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        assertThat(System.nanoTime()).as("reading %s", topic).isLessThan(deadline);
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  public void close() throws Exception {
    kit.close();
  }
}
