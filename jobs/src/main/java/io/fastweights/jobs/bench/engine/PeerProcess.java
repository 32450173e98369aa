package io.fastweights.jobs.bench.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A program that measures the same as the engine, and prints its rates as JSON. */
final class PeerProcess {
  private PeerProcess() {}

  /**
   * The rates that a program prints.
   *
   * @throws IOException if it fails; the message holds its output
   */
  static JsonNode rates(String... command) throws IOException {
    return new ObjectMapper().readTree(output(List.of(command)));
  }

  /**
   * The standard output of a program.
   *
   * @throws IOException if it fails; the message holds its output
   */
  static String output(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (waitFor(process) != 0) {
      throw new IOException(command.get(0) + " failed: " + output);
    }
    return output;
  }

  /** The exit status. */
  static int waitFor(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
