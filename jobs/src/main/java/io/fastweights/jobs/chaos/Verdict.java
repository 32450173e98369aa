package io.fastweights.jobs.chaos;

/**
 * Comparison of the output with the expected output.
 *
 * @param events that were sent
 * @param missing events without a line
 * @param duplicate lines beyond the first of their event that no fault accounts for
 * @param different lines whose bits differ from the expected ones, or that belong to no event
 * @param repeated lines that the job wrote again because its newest checkpoint was lost: output
 *     committed with it remains
 */
record Verdict(long events, long missing, long duplicate, long different, long repeated) {
  boolean isClean() {
    return events > 0 && missing == 0 && duplicate == 0 && different == 0;
  }
}
