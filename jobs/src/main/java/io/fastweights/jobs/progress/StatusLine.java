package io.fastweights.jobs.progress;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * One line that says how far a command is: rewritten in place on a terminal, else printed anew
 * every few seconds, without control characters. Commands of less than a second print none.
 */
public final class StatusLine {
  private static final double TERMINAL_SECONDS = 0.5;
  private static final double PLAIN_SECONDS = 5;
  private static final double FIRST_SECONDS = 1;
  private static final double LEAST_SHARE = 0.01;

  private final PrintWriter out;
  private final boolean terminal;
  private final long start = System.nanoTime();
  private double next;
  private int width;

  public StatusLine(PrintWriter out) {
    this(out, System.console() != null);
  }

  StatusLine(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
    this.next = terminal ? FIRST_SECONDS : PLAIN_SECONDS;
  }

  /** Seconds since the line was made. */
  public double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Shows a text if it is time; the text is made only then. A text that is null is not shown. */
  public void update(Supplier<String> text) {
    if (seconds() >= next) {
      String line = text.get();
      if (line != null) {
        show(line);
      }
    }
  }

  private void show(String line) {
    next = seconds() + (terminal ? TERMINAL_SECONDS : PLAIN_SECONDS);
    if (terminal) {
      out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
      width = line.length();
    } else {
      out.println(line);
    }
    out.flush();
  }

  /** Prints a line that stays. */
  public void print(String line) {
    clear();
    out.println(line);
    out.flush();
    next = seconds() + (terminal ? TERMINAL_SECONDS : PLAIN_SECONDS);
  }

  /** Removes the line from a terminal, before other output. */
  public void clear() {
    if (width > 0) {
      out.print("\r" + " ".repeat(width) + "\r");
      out.flush();
      width = 0;
    }
  }

  /** "42%, 1:05 left"; empty where too little is done to tell. */
  public static String left(double share, double seconds) {
    if (!(share > LEAST_SHARE) || seconds < FIRST_SECONDS) {
      return "";
    }
    return left(share, Duration.ofSeconds(Math.round(seconds * (1 - share) / share)));
  }

  /** "42%, 1:05 left". */
  public static String left(double share, Duration left) {
    return String.format(
        Locale.ROOT, "%.0f%%, %d:%02d left", 100 * share, left.toMinutes(), left.toSecondsPart());
  }
}
