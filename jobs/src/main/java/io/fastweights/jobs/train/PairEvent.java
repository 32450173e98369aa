package io.fastweights.jobs.train;

import io.fastweights.kernels.schema.EncodedEvent;

/**
 * An event with two keys, as the model of the first key takes it.
 *
 * @param first key
 * @param second key
 */
record PairEvent(String first, String second, EncodedEvent event) {}
