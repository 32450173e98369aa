package io.fastweights.jobs;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Translates flags for Kafka topics into keys of a job file. */
final class KafkaFlags {
  private static final Pattern ADDRESS = Pattern.compile("kafka://([^/]+)/([^/]+)");

  @Option(
      names = "--kafka-group",
      paramLabel = "NAME",
      description =
          "Kafka's consumer group (default: fastweights- and the job's name, its topic of"
              + " predictions or its folder).")
  private String group;

  @Option(
      names = "--kafka-start",
      paramLabel = "WHERE",
      description =
          "committed (the group's offsets, or the earliest), earliest, latest, or a time (default:"
              + " committed).")
  private String start;

  @Option(names = "--kafka-bounded", description = "End where the topic ends when the job starts.")
  private boolean bounded;

  @Option(
      names = "--kafka-max-lateness",
      paramLabel = "TIME",
      description =
          "Take events in the order of their times; how much older than those before it in its"
              + " partition an event may be, as 5s (default: the order of arrival, and 0s for two"
              + " keys).")
  private String maxLateness;

  @Option(
      names = "--kafka-avro-schema",
      paramLabel = "FILE",
      description = "Values are Avro records of this schema (default: they are JSON).")
  private Path avroSchema;

  @Option(
      names = "--kafka-schema-registry",
      paramLabel = "URL",
      description =
          "Values name schemas of this Confluent Schema Registry: Avro, JSON or Protobuf.")
  private String schemaRegistry;

  @Option(
      names = "--kafka-dead-letter-topic",
      paramLabel = "NAME",
      description = "Takes events that cannot be taken (default: TOPIC.malformed).")
  private String deadLetterTopic;

  @Option(
      names = "--kafka-delivery",
      paramLabel = "NAME",
      description = "exactly-once, at-least-once or none (default: exactly-once).")
  private String delivery;

  @Option(
      names = "--kafka-transactional-id-prefix",
      paramLabel = "NAME",
      description = "Must differ between jobs (default: fastweights-TOPIC).")
  private String transactionalIdPrefix;

  /** True if a path is the address of a topic. */
  static boolean isTopic(String path) {
    return path != null && path.startsWith("kafka:");
  }

  /**
   * Puts the parts of a topic's address.
   *
   * @throws IllegalArgumentException if it is none
   */
  static void putTopic(String option, String path, String section, Map<String, Object> into) {
    Matcher address = ADDRESS.matcher(path);
    if (!address.matches()) {
      throw new IllegalArgumentException(
          option + " is '" + path + "', must be kafka://HOST:PORT/TOPIC");
    }
    into.put(section + ".kafka.brokers", address.group(1));
    into.put(section + ".kafka.topic", address.group(2));
  }

  void putAll(Map<String, Object> into) {
    put("source.kafka.group", group, into);
    put("source.kafka.start", start, into);
    put("source.kafka.bounded", bounded ? true : null, into);
    put("source.kafka.max-lateness", maxLateness, into);
    if (avroSchema != null) {
      into.put("source.kafka.format", "avro");
      into.put("source.kafka.avro-schema", avroSchema.toAbsolutePath());
    }
    put("source.kafka.schema-registry.url", schemaRegistry, into);
    put("sink.kafka.dead-letter-topic", deadLetterTopic, into);
    put("sink.kafka.delivery", delivery, into);
    put("sink.kafka.transactional-id-prefix", transactionalIdPrefix, into);
  }

  private static void put(String key, Object value, Map<String, Object> into) {
    if (value != null) {
      into.put(key, value);
    }
  }
}
