/**
 * State of the operators in savepoints. Flink stores the names of serializer snapshot classes, of
 * states and of timer services, so none of them in this package may be renamed or moved; a new
 * format gets a new version and a reader for the old one. The values' own classes ({@link
 * io.fastweights.operator.stored.WaitingAsk}, {@link
 * io.fastweights.operator.stored.CheckedWeights}) are not stored.
 *
 * <p>The memories' serializers are in {@code io.fastweights.state} and stay there for the same
 * reason.
 */
package io.fastweights.operator.stored;
