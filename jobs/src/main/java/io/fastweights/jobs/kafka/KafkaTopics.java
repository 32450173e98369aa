package io.fastweights.jobs.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Looks at topics before a job starts. */
public final class KafkaTopics {
  private static final int WAIT_MILLIS = 10_000;

  private KafkaTopics() {}

  /**
   * @param properties of the client
   * @throws IllegalArgumentException if the brokers do not answer within 10 s or lack a topic
   */
  public static void require(String brokers, Map<String, String> properties, List<String> topics)
      throws Exception {
    Properties admin = new Properties();
    admin.setProperty(
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Integer.toString(WAIT_MILLIS));
    admin.setProperty(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Integer.toString(WAIT_MILLIS));
    admin.putAll(properties);
    admin.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    List<String> missing = new ArrayList<>();
    try (Admin client = Admin.create(admin)) {
      Map<String, KafkaFuture<TopicDescription>> found =
          new HashMap<>(client.describeTopics(topics).topicNameValues());
      for (String topic : topics) {
        if (!exists(found.get(topic), brokers)) {
          missing.add(topic);
        }
      }
    } catch (KafkaException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException("Kafka at %s: %s".formatted(brokers, reason.getMessage()));
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "Kafka at %s has no topic %s".formatted(brokers, String.join(", ", missing)));
    }
  }

  private static boolean exists(KafkaFuture<TopicDescription> topic, String brokers)
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
            "no Kafka broker answers at %s within %d s".formatted(brokers, WAIT_MILLIS / 1000));
      }
      throw new IllegalArgumentException(
          "Kafka at %s: %s".formatted(brokers, e.getCause().getMessage()));
    }
  }
}
