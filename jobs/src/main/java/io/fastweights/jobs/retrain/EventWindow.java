package io.fastweights.jobs.retrain;

import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.kafka.KafkaEvents;
import io.fastweights.jobs.kafka.MessageCells;
import io.fastweights.jobs.kafka.TopicWindow;
import io.fastweights.jobs.train.KeyedSequences;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * The newest events of a job's topic.
 *
 * @param sequences one for each key
 * @param end position after the last message, of each partition
 * @param malformed messages that are no events, as the job would say
 * @param firstRefusal the first of these and its reason; null for none
 */
record EventWindow(
    List<EventSequence> sequences,
    long events,
    Map<TopicPartition, Long> end,
    long malformed,
    String firstRefusal) {

  /**
   * @param length of the window, by the messages' timestamps; null for the whole topic
   */
  static EventWindow read(
      TopicWindow topic, KafkaSourceConfig source, Schema schema, Duration length)
      throws Exception {
    MessageCells messages = KafkaEvents.of(source, schema).messages(schema);
    KeyedSequences sequences = new KeyedSequences(schema, messages.columns());
    Map<TopicPartition, Long> end = topic.end();
    Map<TopicPartition, Long> from =
        length == null ? topic.beginning() : topic.from(Instant.now().minus(length));
    Refusals refusals = new Refusals();
    topic.read(
        from,
        end,
        message -> {
          try {
            sequences.take(messages.event(message));
          } catch (MalformedEventException e) {
            refusals.add(message.partition(), message.offset(), e.getMessage());
          }
        });
    return new EventWindow(
        sequences.build(), sequences.events(), end, refusals.count, refusals.first);
  }

  /** Counts messages that are no events. */
  private static final class Refusals {
    private long count;
    private String first;

    void add(int partition, long offset, String reason) {
      count++;
      if (first == null) {
        first =
            String.format(Locale.ROOT, "partition %d, offset %d: %s", partition, offset, reason);
      }
    }
  }
}
