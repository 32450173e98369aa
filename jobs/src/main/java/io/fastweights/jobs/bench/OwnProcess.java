package io.fastweights.jobs.bench;

import io.fastweights.jobs.process.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own, with this one's class path and modules. */
final class OwnProcess {
  private OwnProcess() {}

  /**
   * Runs a main method and passes on what it prints.
   *
   * @param options of the JVM: heap and collector
   * @throws IOException if it fails
   */
  static void run(Class<?> main, List<String> options, PrintWriter out, String... arguments)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(main, options, arguments))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread end = new Thread(process::destroy, "end " + main.getSimpleName());
    Runtime.getRuntime().addShutdownHook(end);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.println(line);
        out.flush();
      }
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IOException(main.getSimpleName() + " failed with exit code " + exit);
      }
    } finally {
      process.destroy();
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }

  /** The heap and the collector of this JVM, as far as they were given. */
  static List<String> sameHeap() {
    return given("-X");
  }

  private static List<String> given(String prefix) {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith(prefix))
        .toList();
  }

  private static List<String> command(Class<?> main, List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ChildJvm.java());
    command.addAll(given("--add-"));
    command.addAll(ChildJvm.options());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
