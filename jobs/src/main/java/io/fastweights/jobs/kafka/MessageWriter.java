package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes a message as it is; its key chooses the partition. */
final class MessageWriter implements KafkaRecordSerializationSchema<Message> {
  private static final long serialVersionUID = 1L;

  /**
   * A sink of messages, each of which names its topic.
   *
   * @param limits of the topics
   */
  static KafkaSinkBuilder<Message> sink(
      String brokers, Map<String, String> given, TopicLimits limits) {
    Properties properties = new Properties();
    // A request holds the batches of several partitions.
    int request = Math.max(TopicLimits.DEFAULTS.bytes(), limits.bytes());
    properties.setProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(request));
    properties.putAll(given);
    return KafkaSink.<Message>builder()
        .setBootstrapServers(brokers)
        .setKafkaProducerConfig(properties)
        .setRecordSerializer(new MessageWriter());
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      Message message, KafkaSinkContext context, Long timestamp) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            message.topic(),
            null,
            message.timestamp() < 0 ? null : message.timestamp(),
            message.key(),
            message.value());
    for (int i = 0; i < message.headerNames().length; i++) {
      record.headers().add(message.headerNames()[i], message.headerValues()[i]);
    }
    return record;
  }
}
