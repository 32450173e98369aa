package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Reads a message unchanged, without interpreting its value. */
final class MessageReader implements KafkaRecordDeserializationSchema<Message> {
  private static final long serialVersionUID = 1L;

  /** A source of a topic's messages, or of something that is read from each. */
  static <T> KafkaSourceBuilder<T> source(
      String brokers,
      String topic,
      Map<String, String> given,
      KafkaRecordDeserializationSchema<T> reader) {
    Properties properties = new Properties();
    // Skip messages of aborted transactions.
    properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.putAll(given);
    return KafkaSource.<T>builder()
        .setBootstrapServers(brokers)
        .setTopics(topic)
        .setProperties(properties)
        .setDeserializer(reader);
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Message> out) {
    out.collect(message(record));
  }

  static Message message(ConsumerRecord<byte[], byte[]> record) {
    Header[] headers = record.headers().toArray();
    String[] names = new String[headers.length];
    byte[][] values = new byte[headers.length][];
    for (int i = 0; i < headers.length; i++) {
      names[i] = headers[i].key();
      values[i] = headers[i].value();
    }
    return new Message(
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.key(),
        record.value(),
        names,
        values);
  }

  @Override
  public TypeInformation<Message> getProducedType() {
    return TypeInformation.of(Message.class);
  }
}
