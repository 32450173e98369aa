package examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Kafka to Kafka, exactly once: an offer is asked about when shown, its label comes later. */
public final class KafkaLateLabels {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema SCHEMA =
      Schema.of(List.of(new Field.Hashed("category", 256)), new Target.Binary("clicked"));

  public record Offer(String id, String user, String category, long time, Boolean clicked) {}

  public static void build(StreamExecutionEnvironment env, String brokers) {
    KafkaSource<String> source =
        KafkaSource.<String>builder()
            .setBootstrapServers(brokers)
            .setTopics("offers")
            .setGroupId("late-labels")
            .setValueOnlyDeserializer(new SimpleStringSchema())
            .build();
    FastWeightStream<Offer> memories =
        FastWeights.on(
                env.fromSource(source, WatermarkStrategy.noWatermarks(), "offers")
                    .map(message -> JSON.readValue(message, Offer.class))
                    .keyBy(Offer::user))
            .schema(SCHEMA, KafkaLateLabels::read)
            .uid("late-labels")
            .build();
    memories
        .predictions()
        .filter(prediction -> !prediction.observed())
        .map(prediction -> prediction.id() + " " + prediction.values()[0])
        .sinkTo(sink(brokers, "answers"));
    memories.malformed().map(Object::toString).sinkTo(sink(brokers, "malformed"));
  }

  private static void read(Offer offer, RawEvent event) {
    (offer.clicked() == null ? event.ask() : event.target(offer.clicked()))
        .id(offer.id())
        .timestamp(offer.time())
        .set("category", offer.category());
  }

  private static KafkaSink<String> sink(String brokers, String topic) {
    return KafkaSink.<String>builder()
        .setBootstrapServers(brokers)
        .setRecordSerializer(
            KafkaRecordSerializationSchema.<String>builder()
                .setTopic(topic)
                .setValueSerializationSchema(new SimpleStringSchema())
                .build())
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix("late-labels-" + topic)
        .setProperty("transaction.timeout.ms", "900000") // the most that brokers allow by default
        .build();
  }

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.enableCheckpointing(10_000);
    build(env, args[0]);
    env.execute("late labels");
  }
}
