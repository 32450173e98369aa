package io.fastweights.jobs.kafka;

import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.config.KafkaSourceConfig.ValueFormat;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.jobs.events.JsonOutput;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Timestamps;
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
  private final ValueParser parser;
  private final OffsetsInitializer start;

  private KafkaEvents(KafkaSourceConfig config, List<String> columns, ValueParser parser) {
    this.config = config;
    this.columns = columns;
    this.parser = parser;
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
    if (config.format() == ValueFormat.AVRO) {
      AvroParser parser = AvroParser.of(config.avroSchema(), schema.columns());
      return new KafkaEvents(config, parser.columns(), parser);
    }
    Set<String> columns = new LinkedHashSet<>(schema.columns());
    columns.addAll(config.columns());
    List<String> all = List.copyOf(columns);
    return new KafkaEvents(config, all, new JsonParser(all, schema.columns()));
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
  public MessageEvents messages(Schema schema) {
    return new MessageEvents(columns, parser, schema);
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
    return config.format() == ValueFormat.JSON
        ? new JsonOutput(false, List.of(new int[0]))
        : JsonOutput.NONE;
  }

  @Override
  public SingleOutputStreamOperator<Event> events(
      StreamExecutionEnvironment environment, Schema schema) {
    return environment
        .fromSource(source(), WatermarkStrategy.noWatermarks(), UID)
        .uid(UID)
        .process(new MessageParser(parser, columns, schema))
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
