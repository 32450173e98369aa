package io.fastweights.jobs;

import io.fastweights.jobs.CommandTest.Result;
import io.fastweights.jobs.process.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The command line in a JVM of its own, as the launcher starts it. */
final class MainProcess {
  private MainProcess() {}

  /**
   * Runs a command.
   *
   * @param folder takes what the process prints
   * @param options of the JVM; the last one of a kind counts
   * @param environment variables beside those of this process
   */
  static Result run(
      Path folder, List<String> options, Map<String, String> environment, List<String> arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("--add-opens=java.base/java.util=ALL-UNNAMED");
    command.addAll(ChildJvm.options());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Path out = Files.createTempFile(folder, "main", ".out");
    Path err = Files.createTempFile(folder, "main", ".err");
    int exitCode =
        builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start().waitFor();
    return new Result(exitCode, text(out), text(err));
  }

  /** Output without the lines that the launcher filters. */
  private static String text(Path file) throws Exception {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !ChildJvm.isNotice(line))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }
}
