package io.fastweights.jobs.kafka;

import static org.apache.kafka.clients.producer.ProducerConfig.BUFFER_MEMORY_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.MAX_REQUEST_SIZE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;

import io.fastweights.jobs.events.Message;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;

/**
 * Limits of a topic. Its brokers refuse a message beyond them on every retry: a job that sends one
 * fails repeatedly.
 *
 * @param bytes of a message, before compression
 * @param pastMillis largest lag of its timestamp behind the brokers' clock
 * @param futureMillis largest lead of its timestamp over the brokers' clock
 * @param keyed true if it must have a key, as the topic is compacted
 */
record TopicLimits(int bytes, long pastMillis, long futureMillis, boolean keyed)
    implements Serializable {
  /** Header with a message's own timestamp, if the topic does not accept it. */
  static final String TIMESTAMP = "fastweights.timestamp";

  /** Kafka's defaults, for brokers that do not report them. */
  static final TopicLimits DEFAULTS = new TopicLimits(1 << 20, Long.MAX_VALUE, 3_600_000, false);

  /** The default of a producer. */
  private static final long BUFFER_BYTES = 32L << 20;

  /** More than a batch and a record have around keys, values and headers. */
  private static final int AROUND = 128;

  private static final int AROUND_HEADER = 10;
  private static final int MOST_BYTES_A_CHAR = 3;

  /** Compression adds a few bytes to incompressible data. */
  private static final int FOR_COMPRESSION = 256;

  /** Clocks differ, and a message waits before it is sent. */
  private static final int FOR_CLOCKS = 8;

  /** Limits from a topic's configuration. */
  static TopicLimits of(Config topic) {
    boolean stamped = "LogAppendTime".equals(value(topic, MESSAGE_TIMESTAMP_TYPE_CONFIG));
    // Brokers before 3.6 have one limit for both.
    long either = number(topic, "message.timestamp.difference.max.ms", Long.MAX_VALUE);
    long past = number(topic, MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, DEFAULTS.pastMillis);
    long future = number(topic, MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.MAX_VALUE);
    String cleanup = value(topic, CLEANUP_POLICY_CONFIG);
    return new TopicLimits(
        (int) number(topic, MAX_MESSAGE_BYTES_CONFIG, DEFAULTS.bytes),
        stamped ? Long.MAX_VALUE : Math.min(either, past),
        stamped ? Long.MAX_VALUE : Math.min(either, future),
        cleanup != null && cleanup.contains(CLEANUP_POLICY_COMPACT));
  }

  /** Kafka's defaults, with the producer's own size if it is set. */
  static TopicLimits untold(Map<String, String> producer) {
    return producer.containsKey(MAX_REQUEST_SIZE_CONFIG)
        ? new TopicLimits(Integer.MAX_VALUE, DEFAULTS.pastMillis, DEFAULTS.futureMillis, false)
        : DEFAULTS;
  }

  private static long number(Config topic, String name, long otherwise) {
    String value = value(topic, name);
    return value == null ? otherwise : Long.parseLong(value);
  }

  private static String value(Config topic, String name) {
    ConfigEntry entry = topic.get(name);
    return entry == null ? null : entry.value();
  }

  /**
   * The same of a producer, which has limits of its own.
   *
   * @throws IllegalArgumentException if one of them is no number
   */
  TopicLimits within(Map<String, String> producer) {
    long request = number(producer, MAX_REQUEST_SIZE_CONFIG, bytes);
    long buffer = number(producer, BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    return new TopicLimits(
        (int) Math.min(bytes, Math.min(request, buffer)), pastMillis, futureMillis, keyed);
  }

  private static long number(Map<String, String> producer, String name, long otherwise) {
    String value = producer.get(name);
    try {
      return value == null ? otherwise : Long.parseLong(value.trim());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the property %s is '%s', must be a number of bytes", name, value));
    }
  }

  /** Bytes that the message may grow by; negative if it is too large. */
  long room(Message message) {
    long size = (long) AROUND + length(message.key()) + length(message.value());
    for (int i = 0; i < message.headerNames().length; i++) {
      size +=
          AROUND_HEADER
              + (long) MOST_BYTES_A_CHAR * message.headerNames()[i].length()
              + length(message.headerValues()[i]);
    }
    return bytes - bytes / FOR_COMPRESSION - size;
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** True if the topic accepts a timestamp, or if the message has none. */
  boolean take(long timestamp, long nowMillis) {
    long ahead = timestamp - nowMillis;
    return timestamp < 0
        || (ahead <= futureMillis - futureMillis / FOR_CLOCKS
            && -ahead <= pastMillis - pastMillis / FOR_CLOCKS);
  }

  /**
   * The message itself, or if the topic does not take its timestamp, the same with that of its
   * writing and the other one in a header.
   */
  Message timed(Message message, long nowMillis) {
    if (take(message.timestamp(), nowMillis)) {
      return message;
    }
    byte[] given = Long.toString(message.timestamp()).getBytes(StandardCharsets.UTF_8);
    return message.at(Message.UNASSIGNED).with(Map.of(TIMESTAMP, given));
  }
}
