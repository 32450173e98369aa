package io.fastweights.jobs.kafka;

import io.fastweights.jobs.config.KafkaRefreshConfig;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.jobs.lineage.Dataset;
import io.fastweights.jobs.lineage.Lineage;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.jobs.pipeline.NewWeights;
import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.RefusedModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * New weights of a topic, from its beginning; what is no update, and the updates that were refused,
 * go to another topic with the reason. All of it is the work of one subtask: messages are few.
 *
 * @param bounded ends where the topic ends when the job starts
 */
public record KafkaModels(KafkaRefreshConfig config, boolean bounded) {
  private static final List<String> COLUMNS = List.of("path", "version", "reason");

  /**
   * @throws IllegalArgumentException if the brokers do not answer or lack a topic
   */
  public void check() throws Exception {
    List<String> topics = new ArrayList<>(List.of(config.topic(), config.refusedTopic()));
    if (config.comparedTopic() != null) {
      topics.add(config.comparedTopic());
    }
    KafkaTopics.require(config.brokers(), config.properties(), topics);
  }

  /** The new weights; messages that are none go to {@link Rejected#TAG} of the updates. */
  public NewWeights weights(StreamExecutionEnvironment environment) {
    SingleOutputStreamOperator<ModelUpdate> updates = updates(environment);
    return new NewWeights(
        updates,
        config.comparedTopic() == null
            ? null
            : updates.getSideOutput(ModelMessageParser.CANDIDATES),
        updates.getSideOutput(Rejected.TAG));
  }

  private SingleOutputStreamOperator<ModelUpdate> updates(StreamExecutionEnvironment environment) {
    SingleOutputStreamOperator<Message> messages =
        environment
            .fromSource(source(), WatermarkStrategy.noWatermarks(), "model-messages")
            .uid("model-messages")
            .setParallelism(1);
    Lineage.reads(
        messages,
        bounded ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED,
        List.of(Dataset.ofTopic(config.brokers(), config.topic(), Map.of())));
    return messages
        .process(new ModelMessageParser(config.comparedTopic() != null))
        .returns(ModelUpdate.type())
        .name("models")
        .uid("models")
        .setParallelism(1);
  }

  private KafkaSource<Message> source() {
    KafkaSourceBuilder<Message> source =
        MessageReader.source(
                config.brokers(), config.topic(), config.properties(), new MessageReader())
            .setStartingOffsets(OffsetsInitializer.earliest());
    return (bounded ? source.setBounded(OffsetsInitializer.latest()) : source).build();
  }

  /**
   * Adds a sink of refusals to the job, at least once.
   *
   * @param rejected messages that are no updates
   * @param refused updates
   */
  public void writeRefused(DataStream<Rejected> rejected, DataStream<RefusedModel> refused)
      throws InterruptedException {
    String topic = config.refusedTopic();
    TopicLimits limits = KafkaTopics.limits(config.brokers(), config.properties(), topic);
    DeadLetters letters = new DeadLetters(topic, List.of(), limits);
    DataStreamSink<Message> sink =
        messages(rejected.map(letters::of), "unreadable-models")
            .union(messages(refused.map(model -> letter(letters, model)), "refused-models"))
            .sinkTo(
                MessageWriter.sink(config.brokers(), config.properties(), limits)
                    .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                    .build())
            .name("refused models")
            .uid("model-refusals")
            .setParallelism(1);
    Lineage.writes(sink, Dataset.ofTopic(config.brokers(), topic, Map.of()));
  }

  /**
   * Adds a sink of the losses of the shadow to the job, at least once: one message for each event
   * that both have answered, while the shadow's version is above the one that serves.
   *
   * @param compared null for none
   */
  public void writeCompared(DataStream<Compared<Event>> compared) throws InterruptedException {
    if (compared == null) {
      return;
    }
    String topic = config.comparedTopic();
    TopicLimits limits = KafkaTopics.limits(config.brokers(), config.properties(), topic);
    DataStreamSink<Message> sink =
        compared
            .filter(pair -> pair.candidateVersion() > pair.liveVersion())
            .uid("compared-candidates")
            .map(pair -> ComparedMessage.of(pair).message(topic, pair.event().key()))
            .returns(TypeInformation.of(Message.class))
            .uid("compared-messages")
            .sinkTo(
                MessageWriter.sink(config.brokers(), config.properties(), limits)
                    .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                    .build())
            .name("compared")
            .uid("compared");
    Lineage.writes(sink, Dataset.ofTopic(config.brokers(), topic, ComparedMessage.columnTypes()));
  }

  private static SingleOutputStreamOperator<Message> messages(
      SingleOutputStreamOperator<Message> messages, String name) {
    return messages
        .returns(TypeInformation.of(Message.class))
        .name(name)
        .uid(name)
        .setParallelism(1);
  }

  private static Message letter(DeadLetters letters, RefusedModel refused) {
    String reason = DeadLetters.first(refused.reason());
    Object[] row = {refused.path(), refused.version(), reason};
    byte[] value = RowFormat.JSONL.line(COLUMNS, row).getBytes(StandardCharsets.UTF_8);
    return letters.letter(
        Message.of(letters.topic(), Message.UNASSIGNED, null, value), reason, Map.of());
  }
}
