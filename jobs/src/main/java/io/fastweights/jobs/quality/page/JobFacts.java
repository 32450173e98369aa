package io.fastweights.jobs.quality.page;

import io.fastweights.jobs.quality.SurprisingKeys;
import java.util.List;

/**
 * What a page tells of a job beside its quality.
 *
 * @param title of the page
 * @param events files or topic of the events, in words
 * @param model in words
 * @param read events
 * @param malformed those of them that were refused
 * @param eventsPerSecond from the first prediction to the last
 * @param refusals kinds of reasons, most frequent first
 * @param surprising keys of the highest recall error, highest first
 * @param schema as JSON
 */
public record JobFacts(
    String title,
    String events,
    String model,
    long read,
    long malformed,
    double eventsPerSecond,
    List<Refusals> refusals,
    List<SurprisingKeys.Key> surprising,
    String schema) {

  /**
   * Events that were refused for one kind of reason.
   *
   * @param first reason of them, with its place
   */
  public record Refusals(long events, String first) {}
}
