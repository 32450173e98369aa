package io.fastweights.kernels.train.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Python with PyTorch, where this machine has one. */
public final class PyTorch {
  private static final List<String> CANDIDATES = List.of("python3", "/usr/bin/python3");

  private PyTorch() {}

  /** The command of a Python that has PyTorch; null where there is none. */
  public static String find() throws InterruptedException {
    for (String candidate : CANDIDATES) {
      try {
        if (start(List.of(candidate, "-c", "import torch")).waitFor() == 0) {
          return candidate;
        }
      } catch (IOException e) {
        // There is no such command.
      }
    }
    return null;
  }

  /**
   * Runs a script and returns its output.
   *
   * @throws IllegalStateException if it fails, with its output
   */
  public static String run(String python, Path script, Path... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(python, script.toString()));
    for (Path argument : arguments) {
      command.add(argument.toString());
    }
    Process process = start(command);
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + " failed: " + printed);
    }
    return printed;
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
