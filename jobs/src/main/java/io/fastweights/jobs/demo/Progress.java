package io.fastweights.jobs.demo;

import io.fastweights.jobs.progress.StatusLine;
import java.io.PrintWriter;
import java.util.Locale;

/** Says how far the job is. */
final class Progress {
  private final StatusLine line;
  private final int events;

  /**
   * @param events of the job
   */
  Progress(PrintWriter out, int events) {
    this.line = new StatusLine(out);
    this.events = events;
  }

  /**
   * Shows the line if it is time.
   *
   * @param seconds since the first result
   */
  void update(double seconds, Outcomes outcomes) {
    line.update(() -> Double.isNaN(outcomes.runningAuc()) ? null : text(seconds, outcomes));
  }

  private String text(double seconds, Outcomes outcomes) {
    return String.format(
        Locale.ROOT,
        "January %2d  %,9d events  %,7.0f events/s  %s  AUC so far %.3f",
        outcomes.latestDay(),
        outcomes.events(),
        outcomes.events() / seconds,
        StatusLine.left(outcomes.events() / (double) events, seconds),
        outcomes.runningAuc());
  }

  void end() {
    line.clear();
  }
}
