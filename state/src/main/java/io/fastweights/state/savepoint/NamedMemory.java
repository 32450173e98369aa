package io.fastweights.state.savepoint;

import org.apache.flink.annotation.Internal;

/**
 * A key's memory with its log replayed.
 *
 * @param key the key as text
 * @param events observed events
 * @param lastEvent time of the last of them, in milliseconds since 1970-01-01 UTC
 * @param weights W of every layer and head, row-major
 */
@Internal
public record NamedMemory(String key, long events, long lastEvent, float[] weights) {}
