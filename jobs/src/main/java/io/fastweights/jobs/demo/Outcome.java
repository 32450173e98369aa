package io.fastweights.jobs.demo;

/**
 * Result of the job for an event.
 *
 * @param flight index of the flight; -1 if the event was refused
 * @param observed true for an observe; false for an ask
 * @param probability of being late
 * @param recallError of an observed flight; NaN for an ask
 */
public record Outcome(int flight, boolean observed, float probability, float recallError) {
  static final int REFUSED = -1;
}
