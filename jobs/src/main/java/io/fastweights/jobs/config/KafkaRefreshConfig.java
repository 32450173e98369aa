package io.fastweights.jobs.config;

import java.util.Locale;
import java.util.Map;

/**
 * A topic of new weights for the running job.
 *
 * @param brokers as HOST:PORT, more than one with commas between
 * @param refusedTopic takes what is no update, and the updates that were refused
 * @param comparedTopic takes the losses of a shadow beside those of the weights that serve; null
 *     for a job without a shadow
 * @param properties of Kafka's consumer and producer
 */
public record KafkaRefreshConfig(
    String brokers,
    String topic,
    String refusedTopic,
    String comparedTopic,
    Map<String, String> properties) {

  public KafkaRefreshConfig {
    refusedTopic = refusedTopic == null ? topic + ".refused" : refusedTopic;
    properties = properties == null ? Map.of() : Map.copyOf(properties);
  }

  void check() {
    KafkaSinkConfig.require("refresh.kafka.brokers", brokers);
    KafkaSinkConfig.require("refresh.kafka.topic", topic);
    if (refusedTopic.equals(topic)) {
      throw new IllegalArgumentException(
          "refresh.kafka.refused-topic is " + topic + ", must not be the topic of updates");
    }
    if (comparedTopic != null
        && (comparedTopic.equals(topic) || comparedTopic.equals(refusedTopic))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "refresh.kafka.compared-topic is %s, must not be the topic of %s",
              comparedTopic,
              comparedTopic.equals(topic) ? "updates" : "refusals"));
    }
  }
}
