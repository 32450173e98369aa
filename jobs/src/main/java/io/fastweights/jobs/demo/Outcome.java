package io.fastweights.jobs.demo;

/**
 * What the job says of an event.
 *
 * @param flight its place among the flights; -1 where the event was refused
 * @param observed whether it was learned from; else asked
 * @param probability of being late
 * @param recallError how surprising an observed flight was; NaN for an ask
 */
public record Outcome(int flight, boolean observed, float probability, float recallError) {
  static final int REFUSED = -1;
}
