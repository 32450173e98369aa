package io.fastweights.jobs.kafka;

import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.jobs.events.JsonOutput;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Timestamps;
import io.fastweights.jobs.values.ValueDecoder;
import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

/**
 * Events of a Kafka topic. Those of one partition keep their order; a key's events must therefore
 * be in one partition.
 */
public final class KafkaEvents implements EventSource {
  /** Of the source, whose state holds the positions in the topic. */
  public static final String UID = "messages";

  private final KafkaSourceConfig config;
  private final List<String> columns;
  private final ValueDecoder decoder;
  private final OffsetsInitializer start;

  private KafkaEvents(KafkaSourceConfig config, List<String> columns, ValueDecoder decoder) {
    this.config = config;
    this.columns = columns;
    this.decoder = decoder;
    this.start = start(config.start());
  }

  /**
   * @throws IllegalArgumentException if the schema names no key or time or two keys, or the values
   *     cannot have a column of it, or the start is none
   */
  public static KafkaEvents of(KafkaSourceConfig config, Schema schema) throws IOException {
    if (schema.key() == null || schema.time() == null) {
      throw new IllegalArgumentException(
          "the schema must name the column of the " + (schema.key() == null ? "key" : "time"));
    }
    if (schema.secondKey() != null) {
      throw new IllegalArgumentException(
          "events of two keys are processed in the order of their times, and the partitions of a"
              + " topic have none among them: read files, or build the job with"
              + " FastWeights.on(stream).key(...)");
    }
    checkTime(schema);
    if (config.forgets() && !schema.key().equals(MessageColumns.KEY)) {
      throw new IllegalArgumentException(
          "source.kafka.tombstones is forget: the key must be "
              + MessageColumns.KEY
              + ", as a tombstone has no value");
    }
    ValueDecoder decoder = ValueDecoder.of(config);
    Set<String> columns = new LinkedHashSet<>();
    if (decoder.columns() != null) {
      columns.addAll(decoder.columns());
      requireColumns(config, schema, decoder.columns());
    }
    columns.addAll(schema.columns());
    columns.addAll(config.columns());
    return new KafkaEvents(config, List.copyOf(columns), decoder);
  }

  private static void checkTime(Schema schema) {
    EventFormat.Time time = schema.format().time();
    if (schema.time().equals(MessageColumns.TIMESTAMP)
        && (time.unit() != null || time.pattern() != null)) {
      throw new IllegalArgumentException(
          "the time is " + MessageColumns.TIMESTAMP + ", must have neither unit nor pattern");
    }
  }

  /** A column is a member of the value or a path that begins with one. */
  private static void requireColumns(
      KafkaSourceConfig config, Schema schema, List<String> members) {
    List<String> missing =
        schema.columns().stream()
            .filter(name -> !members.contains(name) && !members.contains(name.split("[.\\[]")[0]))
            .filter(name -> !MessageColumns.has(name))
            .filter(name -> !schema.format().constants().containsKey(name))
            .toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "values of topic %s have no field %s; their fields are %s",
              config.topic(),
              String.join(", ", missing),
              String.join(", ", members)));
    }
  }

  @SuppressWarnings("deprecation") // The connector takes no other class.
  private static OffsetsInitializer start(String start) {
    switch (start) {
      case "committed":
        return OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST);
      case "earliest":
        return OffsetsInitializer.earliest();
      case "latest":
        return OffsetsInitializer.latest();
      default:
        try {
          return OffsetsInitializer.timestamp(Timestamps.parseLikely(start));
        } catch (MalformedEventException e) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "source.kafka.start is '%s', must be committed, earliest, latest or a time",
                  start));
        }
    }
  }

  /** Reads the same events outside of a job. */
  public MessageCells messages(Schema schema) {
    return new MessageCells(columns, decoder, schema, config.forgets());
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public List<String> paths() {
    return List.of();
  }

  @Override
  public JsonOutput json() {
    return new JsonOutput(false, List.of(new int[0]));
  }

  @Override
  public SingleOutputStreamOperator<Event> events(
      StreamExecutionEnvironment environment, Schema schema) {
    return environment
        .fromSource(source(), WatermarkStrategy.noWatermarks(), UID)
        .uid(UID)
        .process(new MessageParser(messages(schema), schema))
        .returns(TypeInformation.of(Event.class))
        .name("events")
        .uid("events");
  }

  private KafkaSource<Message> source() {
    Map<String, String> properties = new HashMap<>(config.properties());
    properties.putIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, config.group());
    KafkaSourceBuilder<Message> source =
        MessageReader.source(config.brokers(), config.topic(), properties)
            .setStartingOffsets(start);
    if (config.bounded()) {
      source.setBounded(OffsetsInitializer.latest());
    }
    return source.build();
  }
}
