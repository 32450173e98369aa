package io.fastweights.jobs.kafka;

import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.jobs.events.JsonOutput;
import io.fastweights.jobs.events.time.Timestamps;
import io.fastweights.jobs.lineage.ColumnTypes;
import io.fastweights.jobs.lineage.Dataset;
import io.fastweights.jobs.lineage.Lineage;
import io.fastweights.jobs.values.ValueDecoder;
import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

/**
 * Events of a Kafka topic. Those of one partition keep their order; a key's events must therefore
 * be in one partition. With a bound on their lateness they are processed in the order of their
 * times, from any partitions: events with two keys always are.
 */
public final class KafkaEvents implements EventSource {
  /** Of the source, whose state holds the positions in the topic. */
  public static final String UID = "messages";

  private final KafkaSourceConfig config;
  private final List<String> columns;
  private final ValueDecoder decoder;
  private final OffsetsInitializer start;
  private final Duration lateness;

  /**
   * @param lateness null for events that are taken as they come
   */
  private KafkaEvents(
      KafkaSourceConfig config, List<String> columns, ValueDecoder decoder, Duration lateness) {
    this.config = config;
    this.lateness = lateness;
    this.columns = columns;
    this.decoder = decoder;
    this.start = start(config.start());
  }

  /**
   * @throws IllegalArgumentException if the schema names no key or time, or the values cannot have
   *     a column of it, or the start is none
   */
  public static KafkaEvents of(KafkaSourceConfig config, Schema schema) throws IOException {
    if (schema.key() == null || schema.time() == null) {
      throw new IllegalArgumentException(
          "the schema must name the column of the " + (schema.key() == null ? "key" : "time"));
    }
    checkTime(schema);
    checkTombstones(config, schema);
    ValueDecoder decoder = ValueDecoder.of(config);
    Set<String> columns = new LinkedHashSet<>();
    if (decoder.columns() != null) {
      columns.addAll(decoder.columns());
      requireColumns(config, schema, decoder.columns());
    }
    columns.addAll(schema.columns());
    columns.addAll(config.columns());
    return new KafkaEvents(config, List.copyOf(columns), decoder, lateness(config, schema));
  }

  private static void checkTombstones(KafkaSourceConfig config, Schema schema) {
    if (!config.forgets()) {
      return;
    }
    if (schema.secondKey() != null) {
      throw new IllegalArgumentException(
          "source.kafka.tombstones is forget: the schema must have one key, as a tombstone names"
              + " one");
    }
    if (!schema.key().equals(MessageColumns.KEY)) {
      throw new IllegalArgumentException(
          "source.kafka.tombstones is forget: the key must be "
              + MessageColumns.KEY
              + ", as a tombstone has no value");
    }
  }

  private static Duration lateness(KafkaSourceConfig config, Schema schema) {
    Duration given = config.lateness();
    if (given == null && schema.secondKey() != null) {
      return Duration.ZERO;
    }
    if (given == null && config.idleTimeout() != null) {
      throw new IllegalArgumentException(
          "source.kafka.idle-timeout is for events in the order of their times: give"
              + " source.kafka.max-lateness too");
    }
    return given;
  }

  private static void checkTime(Schema schema) {
    EventFormat.Time time = schema.format().time();
    if (schema.time().equals(MessageColumns.TIMESTAMP)
        && (time.unit() != null || time.pattern() != null || time.clock() != null)) {
      throw new IllegalArgumentException(
          "the time is "
              + MessageColumns.TIMESTAMP
              + ", must have neither unit, pattern nor clock");
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
  public Duration lateness() {
    return lateness;
  }

  /** In time order one subtask reads: a subtask without a partition would hold back the others. */
  @Override
  public SingleOutputStreamOperator<Event> events(
      StreamExecutionEnvironment environment, Schema schema) {
    MessageCells cells = messages(schema);
    SingleOutputStreamOperator<ParsedMessage> messages =
        environment.fromSource(source(cells), watermarks(), UID).uid(UID);
    Dataset topic =
        Dataset.ofTopic(config.brokers(), config.topic(), ColumnTypes.of(columns, schema));
    Lineage.reads(
        messages,
        config.bounded() ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED,
        List.of(topic));
    SingleOutputStreamOperator<Event> events =
        messages
            .process(new TakenEvents(columns, schema.columns(), lateness))
            .returns(TypeInformation.of(Event.class))
            .name("events")
            .uid("events");
    if (lateness != null) {
      messages.setParallelism(1);
      events.setParallelism(1);
    }
    return events;
  }

  private WatermarkStrategy<ParsedMessage> watermarks() {
    if (lateness == null) {
      return WatermarkStrategy.noWatermarks();
    }
    WatermarkStrategy<ParsedMessage> watermarks =
        WatermarkStrategy.<ParsedMessage>forBoundedOutOfOrderness(lateness)
            .withTimestampAssigner(
                (parsed, none) ->
                    parsed.event() == null ? Long.MIN_VALUE : parsed.event().timestamp());
    Duration idle = config.idle();
    return idle.isZero() ? watermarks : watermarks.withIdleness(idle);
  }

  private KafkaSource<ParsedMessage> source(MessageCells cells) {
    Map<String, String> properties = new HashMap<>(config.properties());
    properties.putIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, config.group());
    KafkaSourceBuilder<ParsedMessage> source =
        MessageReader.source(config.brokers(), config.topic(), properties, new MessageParser(cells))
            .setStartingOffsets(start);
    if (config.bounded()) {
      source.setBounded(OffsetsInitializer.latest());
    }
    return source.build();
  }
}
