package io.fastweights.operator.api;

import org.apache.flink.annotation.PublicEvolving;

/**
 * A class and how probable it is.
 *
 * @param name as the schema's target has it
 * @param probability in [0, 1]
 */
@PublicEvolving
public record ClassProbability(String name, float probability) {}
