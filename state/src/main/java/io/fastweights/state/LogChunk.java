package io.fastweights.state;

import io.fastweights.kernels.engine.EngineOptions.Storage;
import io.fastweights.kernels.schema.EncodedEvent;

/**
 * Observed events of one key, appended together. Their pairs are in fp32 whatever the storage: only
 * so does a replay give the bits of the live memory.
 *
 * @param storage of the memory that learned them: BF16 rounded it after each, and before the first
 * @param events how many
 * @param keys float[events][updates][heads][keyDim]
 * @param deltas float[events][updates][heads][columns]
 * @param fades float[events]: what the whole memory was multiplied by before each; null if all are
 *     1, which takes no room in state
 * @param lag the last of them
 * @param total observed events of the key up to and with the last
 */
public record LogChunk(
    Storage storage,
    int events,
    float[] keys,
    float[] deltas,
    float[] fades,
    EncodedEvent lag,
    long total) {}
