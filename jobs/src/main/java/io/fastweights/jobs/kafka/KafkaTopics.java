package io.fastweights.jobs.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at topics before a job starts. */
public final class KafkaTopics {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTopics.class);
  private static final int WAIT_MILLIS = 10_000;

  private KafkaTopics() {}

  /**
   * @param properties of the client
   * @throws IllegalArgumentException if the brokers do not answer within 10 s or lack a topic
   */
  public static void require(String brokers, Map<String, String> properties, List<String> topics)
      throws Exception {
    List<String> missing = new ArrayList<>();
    String protocol = properties.getOrDefault("security.protocol", "PLAINTEXT");
    try (Admin client = admin(brokers, properties)) {
      Map<String, KafkaFuture<TopicDescription>> found =
          new HashMap<>(client.describeTopics(topics).topicNameValues());
      for (String topic : topics) {
        if (!exists(found.get(topic), brokers, protocol)) {
          missing.add(topic);
        }
      }
    } catch (KafkaException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "Kafka at %s: %s", brokers, reason(e)));
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "Kafka at %s has no topic %s", brokers, String.join(", ", missing)));
    }
  }

  /** The root cause: those above it only say that something could not be created. */
  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  private static Admin admin(String brokers, Map<String, String> properties) {
    Properties admin = new Properties();
    admin.setProperty(
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Integer.toString(WAIT_MILLIS));
    admin.setProperty(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Integer.toString(WAIT_MILLIS));
    admin.putAll(properties);
    admin.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    return Admin.create(admin);
  }

  /**
   * Limits of a topic for a producer. If the brokers do not report them: Kafka's defaults, and the
   * size in the properties.
   *
   * @param properties of the producer
   * @throws IllegalArgumentException if a size among them is no number
   */
  static TopicLimits limits(String brokers, Map<String, String> properties, String topic)
      throws InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin client = admin(brokers, properties)) {
      Config told = client.describeConfigs(List.of(resource)).values().get(resource).get();
      return TopicLimits.of(told).within(properties);
    } catch (ExecutionException e) {
      LOG.warn("{} does not tell the limits of topic {}: {}", brokers, topic, e.getMessage());
      return TopicLimits.untold(properties).within(properties);
    }
  }

  private static boolean exists(
      KafkaFuture<TopicDescription> topic, String brokers, String protocol)
      throws InterruptedException {
    try {
      topic.get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      if (e.getCause() instanceof TimeoutException) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "no Kafka broker answers at %s within %d s (security.protocol %s)",
                brokers,
                WAIT_MILLIS / 1000,
                protocol));
      }
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "Kafka at %s: %s", brokers, e.getCause().getMessage()));
    }
  }
}
