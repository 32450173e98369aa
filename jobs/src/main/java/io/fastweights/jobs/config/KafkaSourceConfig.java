package io.fastweights.jobs.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.util.TimeUtils;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * A topic of events.
 *
 * @param brokers as HOST:PORT, more than one with commas between
 * @param group whose offsets are committed with the checkpoints; null for one that {@link
 *     JobConfig} makes of the job's name or its sink
 * @param start committed (the group's offsets, or the earliest where it has none), earliest,
 *     latest, or a time
 * @param bounded ends where the topic ends when the job starts
 * @param format of the values; null for JSON, or for that of the registry's schemas
 * @param avroSchema file of the values' schema, for format AVRO without a registry
 * @param protobuf type of the values, for format PROTOBUF without a registry
 * @param schemaRegistry of the schemas that values name; null if they name none
 * @param tombstones messages without a value
 * @param maxLateness time by which an event may be behind those before it in its partition; events
 *     are then processed in the order of their times. Null for the order of arrival
 * @param idleTimeout time without messages after which a partition does not hold back the others;
 *     null for a minute
 * @param columns of the values that predictions keep beside those of the schema
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
    ProtobufConfig protobuf,
    SchemaRegistryConfig schemaRegistry,
    Tombstones tombstones,
    String maxLateness,
    String idleTimeout,
    List<String> columns,
    Map<String, String> properties) {
  private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofMinutes(1);

  /** Format of message values. */
  public enum ValueFormat {
    JSON,
    AVRO,
    PROTOBUF
  }

  /** Messages without a value, which delete the key in a compacted topic. */
  public enum Tombstones {
    /** They are no events. */
    MALFORMED,
    /** They empty the memory of their key. */
    FORGET
  }

  public KafkaSourceConfig {
    start = start == null ? "committed" : start;
    format = format == null && schemaRegistry == null ? ValueFormat.JSON : format;
    tombstones = tombstones == null ? Tombstones.MALFORMED : tombstones;
    columns = columns == null ? List.of() : List.copyOf(columns);
    properties = properties == null ? Map.of() : Map.copyOf(properties);
  }

  /** The same of another group. */
  KafkaSourceConfig withGroup(String other) {
    return new KafkaSourceConfig(
        brokers,
        topic,
        other,
        start,
        bounded,
        format,
        avroSchema,
        protobuf,
        schemaRegistry,
        tombstones,
        maxLateness,
        idleTimeout,
        columns,
        properties);
  }

  /** True if tombstones empty the memory of their key. */
  public boolean forgets() {
    return tombstones == Tombstones.FORGET;
  }

  /** The parsed {@link #maxLateness}; null where none is given. */
  public Duration lateness() {
    return maxLateness == null ? null : TimeUtils.parseDuration(maxLateness);
  }

  /** The parsed {@link #idleTimeout}; zero where an idle partition holds back the others. */
  public Duration idle() {
    return idleTimeout == null ? DEFAULT_IDLE_TIMEOUT : TimeUtils.parseDuration(idleTimeout);
  }

  void check() {
    KafkaSinkConfig.require("source.kafka.brokers", brokers);
    KafkaSinkConfig.require("source.kafka.topic", topic);
    checkTime("max-lateness", maxLateness);
    checkTime("idle-timeout", idleTimeout);
    KafkaSinkConfig.checkProperties(
        "source.kafka.properties", properties, ConsumerConfig.configNames());
    if (schemaRegistry != null) {
      KafkaSinkConfig.require("source.kafka.schema-registry.url", schemaRegistry.url());
    }
    requireWith("avro-schema", avroSchema, ValueFormat.AVRO);
    requireWith("protobuf", protobuf, ValueFormat.PROTOBUF);
    if (protobuf != null && (protobuf.descriptors() == null || protobuf.message() == null)) {
      throw new IllegalArgumentException("source.kafka.protobuf must have descriptors and message");
    }
  }

  private static void checkTime(String key, String time) {
    try {
      if (time != null) {
        TimeUtils.parseDuration(time);
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "source.kafka.%s is '%s', must be a time as 5s or 1min", key, time));
    }
  }

  private void requireWith(String key, Object value, ValueFormat needs) {
    boolean needed = format == needs && schemaRegistry == null;
    if (needed != (value != null)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "source.kafka.%s must be given with format %s without a schema registry, and only"
                  + " there",
              key,
              needs.name().toLowerCase(Locale.ROOT)));
    }
  }
}
