package io.fastweights.jobs.chaos;

/**
 * What was written, held against what had to be.
 *
 * @param events that were sent
 * @param missing events without a line
 * @param duplicate lines beyond the first of their event that no fault accounts for
 * @param different lines that have other bits than they must, or belong to no event
 * @param repeated lines that the job wrote again because its newest checkpoint was lost: what it
 *     had committed with it stays written
 */
record Verdict(long events, long missing, long duplicate, long different, long repeated) {
  boolean isClean() {
    return events > 0 && missing == 0 && duplicate == 0 && different == 0;
  }
}
