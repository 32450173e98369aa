package io.fastweights.jobs.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Runs a short command of the system. */
final class Commands {
  private Commands() {}

  /**
   * @throws IOException if it fails or does not exist; the message is its output
   */
  static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: %s",
              command.get(0),
              printed.strip().replaceAll("\\s*\\n\\s*", ", ")));
    }
  }

  static void run(String... command) throws IOException, InterruptedException {
    run(List.of(command));
  }
}
