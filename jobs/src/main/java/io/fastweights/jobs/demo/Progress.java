package io.fastweights.jobs.demo;

import java.io.PrintWriter;
import java.util.Locale;

/** One line that says how far the job is: rewritten on a terminal, else printed anew. */
final class Progress {
  private static final double TERMINAL_SECONDS = 0.5;
  private static final double PLAIN_SECONDS = 5;

  private final PrintWriter out;
  private final boolean terminal;
  private double next = 1;

  Progress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Shows the line if it is time. */
  void update(double seconds, Outcomes outcomes) {
    if (seconds < next || Double.isNaN(outcomes.runningAuc())) {
      return;
    }
    next = seconds + (terminal ? TERMINAL_SECONDS : PLAIN_SECONDS);
    String line =
        String.format(
            Locale.ROOT,
            "January %2d  %,9d events  %,7.0f events/s  AUC so far %.3f",
            outcomes.latestDay(),
            outcomes.events(),
            outcomes.events() / seconds,
            outcomes.runningAuc());
    out.print(terminal ? "\r" + line : line + System.lineSeparator());
    out.flush();
  }

  void end() {
    if (terminal) {
      out.println();
      out.flush();
    }
  }
}
