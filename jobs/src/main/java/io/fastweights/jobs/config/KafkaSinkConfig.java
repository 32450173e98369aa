package io.fastweights.jobs.config;

import io.fastweights.kernels.schema.Nearest;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.util.TimeUtils;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * A topic of predictions, and one of the refused events.
 *
 * @param brokers as HOST:PORT, more than one with commas between
 * @param deadLetterTopic of the refused events
 * @param transactionalIdPrefix one of its own for every job that writes exactly once to these
 *     brokers
 * @param transactionTimeout how long the brokers keep a transaction open for a job that is down; at
 *     most their transaction.max.timeout.ms
 * @param properties of Kafka's producer
 */
public record KafkaSinkConfig(
    String brokers,
    String topic,
    String deadLetterTopic,
    DeliveryGuarantee delivery,
    String transactionalIdPrefix,
    String transactionTimeout,
    Map<String, String> properties) {
  private static final int MOST_EDITS = 2;

  public KafkaSinkConfig {
    deadLetterTopic = deadLetterTopic == null ? topic + ".malformed" : deadLetterTopic;
    delivery = delivery == null ? DeliveryGuarantee.EXACTLY_ONCE : delivery;
    transactionalIdPrefix =
        transactionalIdPrefix == null ? "fastweights-" + topic : transactionalIdPrefix;
    transactionTimeout = transactionTimeout == null ? "15min" : transactionTimeout;
    properties = properties == null ? Map.of() : Map.copyOf(properties);
  }

  void check() {
    require("sink.kafka.brokers", brokers);
    require("sink.kafka.topic", topic);
    checkProperties("sink.kafka.properties", properties, ProducerConfig.configNames());
    if (TimeUtils.parseDuration(transactionTimeout).toMillis() < 1000) {
      throw new IllegalArgumentException(
          "sink.kafka.transaction-timeout is " + transactionTimeout + ", must be at least 1s");
    }
    if (deadLetterTopic.equals(topic)) {
      throw new IllegalArgumentException(
          "sink.kafka.dead-letter-topic is " + topic + ", must not be the topic of predictions");
    }
  }

  /** The parsed {@link #transactionTimeout}. */
  public Duration timeout() {
    return TimeUtils.parseDuration(transactionTimeout);
  }

  /** A name unknown to Kafka may be for a user's class, unless it resembles one of Kafka's. */
  public static void checkProperties(
      String key, Map<String, String> properties, Set<String> known) {
    for (String name : properties.keySet()) {
      String hint = known.contains(name) ? "" : Nearest.hint(name, known);
      if (!hint.isEmpty() && Nearest.edits(name, named(hint)) <= MOST_EDITS) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "%s has no '%s'%s", key, name, hint));
      }
    }
  }

  private static String named(String hint) {
    return hint.substring(hint.lastIndexOf(' ') + 1, hint.length() - 1);
  }

  static void require(String key, String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(key + " is missing");
    }
  }
}
