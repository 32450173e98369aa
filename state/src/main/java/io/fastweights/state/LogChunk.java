package io.fastweights.state;

import io.fastweights.kernels.schema.EncodedEvent;

/**
 * Observed events of one key, appended together.
 *
 * @param events how many
 * @param keys float[events][updates][heads][keyDim]
 * @param deltas float[events][updates][heads][columns]
 * @param lag the last of them
 * @param total observed events of the key up to and with the last
 */
public record LogChunk(int events, float[] keys, float[] deltas, EncodedEvent lag, long total) {}
