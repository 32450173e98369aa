package io.fastweights.state;

import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import org.apache.flink.annotation.Internal;

/**
 * Observed events of one key, appended together. Their floats are in fp32 whatever the storage:
 * only so does a replay give the bits of the live memory.
 *
 * @param storage of the memory that learned them: BF16 rounded it after each, and before the first
 * @param events what they wrote, at least one; fades of 1 alone take no room in state
 * @param lag the last of them
 * @param total observed events of the key up to and with the last
 */
@Internal
public record LogChunk(Storage storage, LoggedEvents events, EncodedEvent lag, long total) {}
