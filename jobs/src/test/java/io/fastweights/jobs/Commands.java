package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Commands that are the means of a test, not what it is about. */
public final class Commands {
  private Commands() {}

  /** What a command printed, which must succeed and complain of nothing. */
  public static String succeed(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
    assertThat(err.toString()).as("%s", List.of(args)).isEmpty();
    assertThat(code).as("%s", List.of(args)).isZero();
    return out.toString();
  }
}
