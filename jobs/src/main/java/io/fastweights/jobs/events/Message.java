package io.fastweights.jobs.events;

import java.util.Arrays;
import java.util.Map;

/**
 * A message of a topic, as it was read or is to be written.
 *
 * @param partition and offset are {@link #UNASSIGNED} for one that is to be written
 * @param timestamp in milliseconds since 1970-01-01 UTC; {@link #UNASSIGNED} for that of writing
 * @param key null where it has none
 * @param value null where it has none
 * @param headerNames in their order; a name may come twice
 * @param headerValues one for each name; null where it has none
 */
public record Message(
    String topic,
    int partition,
    long offset,
    long timestamp,
    byte[] key,
    byte[] value,
    String[] headerNames,
    byte[][] headerValues) {
  public static final int UNASSIGNED = -1;

  /** One to be written, as yet without headers. */
  public static Message of(String topic, long timestamp, byte[] key, byte[] value) {
    return new Message(
        topic, UNASSIGNED, UNASSIGNED, timestamp, key, value, new String[0], new byte[0][]);
  }

  /** The same message to another topic, with another value. */
  public Message to(String otherTopic, byte[] otherValue) {
    return new Message(
        otherTopic, UNASSIGNED, UNASSIGNED, timestamp, key, otherValue, headerNames, headerValues);
  }

  /** The same with another key. */
  public Message keyed(byte[] otherKey) {
    return new Message(
        topic, partition, offset, timestamp, otherKey, value, headerNames, headerValues);
  }

  /** The same with another timestamp. */
  public Message at(long otherTimestamp) {
    return new Message(
        topic, partition, offset, otherTimestamp, key, value, headerNames, headerValues);
  }

  /** The same with further headers appended. */
  public Message with(Map<String, byte[]> headers) {
    int had = headerNames.length;
    String[] names = Arrays.copyOf(headerNames, had + headers.size());
    byte[][] values = Arrays.copyOf(headerValues, had + headers.size());
    int at = had;
    for (Map.Entry<String, byte[]> header : headers.entrySet()) {
      names[at] = header.getKey();
      values[at++] = header.getValue();
    }
    return new Message(topic, partition, offset, timestamp, key, value, names, values);
  }
}
