package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Commands that tests use for setup. */
public final class Commands {
  private Commands() {}

  /** Output of a command, which must succeed and print no errors. */
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
