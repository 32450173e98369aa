package io.fastweights.state;

import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import org.apache.flink.annotation.Internal;

/**
 * Observed events of one key, appended together. Their floats are in fp32 for either storage, so
 * that a replay gives the bits of the live memory.
 *
 * @param storage of the memory that learned them: BF16 rounded it after each, and before the first
 * @param events their log, at least one event; fades that are all 1 take no bytes in state. In bf16
 *     they are numbered, but for those of a release that rounded to the nearest.
 * @param lag the last of them
 * @param total observed events of the key up to and with the last
 */
@Internal
public record LogChunk(Storage storage, LoggedEvents events, EncodedEvent lag, long total) {}
