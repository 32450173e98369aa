package io.fastweights.jobs.kafka;

import io.fastweights.operator.api.ModelUpdate;

/**
 * A message of a topic of new weights.
 *
 * @param shadow true if the weights are for the job's shadow, false if they shall serve
 */
public record ModelMessage(ModelUpdate update, boolean shadow) {}
