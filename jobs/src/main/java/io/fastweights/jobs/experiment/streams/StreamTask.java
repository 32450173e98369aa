package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.quality.Measure;
import java.util.List;
import java.util.Map;

/**
 * A published result on a stream of events, each predicted before it is learned.
 *
 * @param name prefix of its figures in JSON
 * @param title of the data
 * @param file form of the public file
 * @param trials ours
 * @param measure that is published
 * @param published figures of others
 * @param source of those figures
 * @param protocol differences and choices that a reader must know
 */
public record StreamTask(
    String name,
    String title,
    PublicFiles.Rewriting file,
    List<Trial> trials,
    Measure measure,
    List<Published> published,
    String source,
    String protocol) {

  /**
   * One of ours.
   *
   * @param title in the table
   * @param suffix of its figures' names
   * @param schema of the events, JSON
   * @param options of the memories, by their keys, that are not the default
   */
  public record Trial(String title, String suffix, String schema, Map<String, String> options) {
    public Trial {
      options = Map.copyOf(options);
    }

    /** One with default options. */
    public Trial(String title, String suffix, String schema) {
      this(title, suffix, schema, Map.of());
    }
  }

  /** A figure of others. */
  record Published(String method, double value) {}
}
