package io.fastweights.jobs.kafka;

import io.fastweights.jobs.config.KafkaSinkConfig;
import io.fastweights.jobs.events.Message;
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
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Predictions as JSON in one topic, events that could not be taken as they were in another. */
public record KafkaResults(KafkaSinkConfig config) implements ResultSink {
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
  public void write(EventPipeline results, PredictionRows rows, List<String> paths) {
    write(results.predictions().map(new PredictionMessages(config.topic(), rows)), "predictions");
    write(results.rejected().map(new DeadLetters(config.deadLetterTopic(), paths)), "malformed");
  }

  private void write(SingleOutputStreamOperator<Message> messages, String name) {
    messages
        .returns(TypeInformation.of(Message.class))
        .name(name + " as messages")
        .uid(name + "-messages")
        .sinkTo(sink(name))
        .name(name)
        .uid(name);
  }

  private KafkaSink<Message> sink(String name) {
    Map<String, String> properties = new HashMap<>();
    if (config.delivery() == DeliveryGuarantee.EXACTLY_ONCE) {
      properties.put(
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(config.timeout().toMillis()));
    }
    properties.putAll(config.properties());
    KafkaSinkBuilder<Message> sink =
        MessageWriter.sink(config.brokers(), properties).setDeliveryGuarantee(config.delivery());
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
