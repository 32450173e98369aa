/**
 * Entry point: {@link io.fastweights.operator.FastWeights} builds the operator on a keyed stream.
 */
package io.fastweights.operator;
