package io.fastweights.jobs.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * A topic of events.
 *
 * @param brokers as HOST:PORT, more than one with commas between
 * @param group whose offsets are committed with the checkpoints
 * @param start committed (the group's offsets, or the earliest where it has none), earliest,
 *     latest, or a time
 * @param bounded ends where the topic ends when the job starts
 * @param avroSchema file of the values' schema, for format AVRO
 * @param columns of JSON values that predictions keep beside those of the schema
 * @param properties of Kafka's consumer
 */
public record KafkaSourceConfig(
    String brokers,
    String topic,
    String group,
    String start,
    boolean bounded,
    ValueFormat format,
    Path avroSchema,
    List<String> columns,
    Map<String, String> properties) {

  /** Format of message values. */
  public enum ValueFormat {
    JSON,
    AVRO
  }

  public KafkaSourceConfig {
    group = group == null ? "fastweights" : group;
    start = start == null ? "committed" : start;
    format = format == null ? ValueFormat.JSON : format;
    columns = columns == null ? List.of() : List.copyOf(columns);
    properties = properties == null ? Map.of() : Map.copyOf(properties);
  }

  void check() {
    KafkaSinkConfig.require("source.kafka.brokers", brokers);
    KafkaSinkConfig.require("source.kafka.topic", topic);
    KafkaSinkConfig.checkProperties(
        "source.kafka.properties", properties, ConsumerConfig.configNames());
    if ((format == ValueFormat.AVRO) != (avroSchema != null)) {
      throw new IllegalArgumentException(
          "source.kafka.avro-schema must be given with format avro, and only with it");
    }
  }
}
