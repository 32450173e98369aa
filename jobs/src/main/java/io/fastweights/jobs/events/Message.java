package io.fastweights.jobs.events;

/**
 * A message of a topic, as it was read or is to be written.
 *
 * @param timestamp in milliseconds since 1970-01-01 UTC
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
    byte[][] headerValues) {}
