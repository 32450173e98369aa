package io.fastweights.state;

import io.fastweights.kernels.schema.EncodedEvent;

/**
 * What is kept of one key: its memory and its lag.
 *
 * @param weights W of every layer and head, row-major, of the store's shape
 * @param lag the key's last observed event
 * @param events observed events so far
 */
public record KeyMemory(float[] weights, EncodedEvent lag, long events) {}
