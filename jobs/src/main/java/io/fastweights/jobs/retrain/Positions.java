package io.fastweights.jobs.retrain;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Positions in a topic, as the headers of updates have them.
 *
 * @param offsets after the last message that counts, by partition
 */
record Positions(Map<Integer, Long> offsets) {
  static final Positions NONE = new Positions(Map.of());

  /** A partition and its offset. */
  private static final Pattern POSITION = Pattern.compile("([0-9]{1,9}):([0-9]{1,18})");

  static Positions of(Map<TopicPartition, Long> offsets) {
    Map<Integer, Long> positions = new TreeMap<>();
    offsets.forEach((partition, offset) -> positions.put(partition.partition(), offset));
    return new Positions(positions);
  }

  /** Those of a text that {@link #text} wrote; none of any other. */
  static Positions of(String text) {
    Map<Integer, Long> positions = new TreeMap<>();
    Matcher position = POSITION.matcher(text);
    while (position.find()) {
      positions.put(Integer.valueOf(position.group(1)), Long.valueOf(position.group(2)));
    }
    return new Positions(positions);
  }

  /** The later position of each partition. */
  Positions latest(Positions other) {
    Map<Integer, Long> latest = new TreeMap<>(offsets);
    other.offsets.forEach((partition, offset) -> latest.merge(partition, offset, Math::max));
    return new Positions(latest);
  }

  /** Messages from here to other positions; all messages of partitions that are not in these. */
  long until(Map<TopicPartition, Long> end) {
    return end.entrySet().stream()
        .mapToLong(
            e -> Math.max(0, e.getValue() - offsets.getOrDefault(e.getKey().partition(), 0L)))
        .sum();
  }

  /** Positions of the partitions of a topic. */
  Map<TopicPartition, Long> in(String topic) {
    return offsets.entrySet().stream()
        .collect(Collectors.toMap(e -> new TopicPartition(topic, e.getKey()), Map.Entry::getValue));
  }

  /** "0:120,1:98". */
  String text() {
    return new TreeMap<>(offsets)
        .entrySet().stream()
            .map(e -> e.getKey() + ":" + e.getValue())
            .collect(Collectors.joining(","));
  }
}
