package io.fastweights.jobs.kafka;

import io.fastweights.jobs.config.KafkaSinkConfig;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.lineage.Dataset;
import io.fastweights.jobs.lineage.Lineage;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.jobs.output.ResultSink;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.jobs.pipeline.EventPipeline;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Predictions as JSON in one topic, events that could not be taken as they were in another. */
public record KafkaResults(KafkaSinkConfig config) implements ResultSink {
  /** Accumulator of the predictions that are too large for their topic. */
  public static final String TOO_LARGE = "too-large";

  @Override
  public RowFormat format() {
    return RowFormat.JSONL;
  }

  @Override
  public void check() throws Exception {
    KafkaTopics.require(
        config.brokers(), config.properties(), List.of(config.topic(), config.deadLetterTopic()));
  }

  @Override
  public void write(EventPipeline results, PredictionRows rows, List<String> paths)
      throws Exception {
    TopicLimits taken = limits(config.topic());
    TopicLimits letterTaken = limits(config.deadLetterTopic());
    DeadLetters letters = new DeadLetters(config.deadLetterTopic(), paths, letterTaken);
    SingleOutputStreamOperator<Message> predictions =
        messages(
            results.anomalies() == null
                ? results
                    .predictions()
                    .process(PredictionMessages.of(config.topic(), taken, rows, letters))
                : results
                    .anomalies()
                    .process(PredictionMessages.rated(config.topic(), taken, rows, letters)),
            "predictions");
    SingleOutputStreamOperator<Message> malformed =
        messages(results.rejected().map(new DeadLetters.Counted(letters)), "malformed");
    write(predictions, taken, "predictions", dataset(config.topic(), rows.types()));
    write(
        malformed.union(predictions.getSideOutput(PredictionMessages.LETTERS)),
        letterTaken,
        "malformed",
        dataset(config.deadLetterTopic(), Map.of()));
  }

  private Dataset dataset(String topic, Map<String, String> types) {
    return Dataset.ofTopic(config.brokers(), topic, types);
  }

  private TopicLimits limits(String topic) throws Exception {
    return KafkaTopics.limits(config.brokers(), config.properties(), topic);
  }

  private static SingleOutputStreamOperator<Message> messages(
      SingleOutputStreamOperator<Message> messages, String name) {
    return messages
        .returns(TypeInformation.of(Message.class))
        .name(name + " as messages")
        .uid(name + "-messages");
  }

  private void write(
      DataStream<Message> messages, TopicLimits limits, String name, Dataset dataset) {
    Lineage.writes(messages.sinkTo(sink(limits, name)).name(name).uid(name), dataset);
  }

  private KafkaSink<Message> sink(TopicLimits limits, String name) {
    Map<String, String> properties = new HashMap<>();
    if (config.delivery() == DeliveryGuarantee.EXACTLY_ONCE) {
      properties.put(
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(config.timeout().toMillis()));
    }
    properties.putAll(config.properties());
    KafkaSinkBuilder<Message> sink =
        MessageWriter.sink(config.brokers(), properties, limits)
            .setDeliveryGuarantee(config.delivery());
    if (config.delivery() == DeliveryGuarantee.EXACTLY_ONCE) {
      sink.setTransactionalIdPrefix(config.transactionalIdPrefix() + "-" + name);
    }
    return sink.build();
  }

  @Override
  public String place() {
    return "topic " + config.topic() + " at " + config.brokers();
  }
}
