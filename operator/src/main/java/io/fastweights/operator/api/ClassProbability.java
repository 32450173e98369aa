package io.fastweights.operator.api;

/**
 * A class and how probable it is.
 *
 * @param name as the schema's target has it
 * @param probability in [0, 1]
 */
public record ClassProbability(String name, float probability) {}
