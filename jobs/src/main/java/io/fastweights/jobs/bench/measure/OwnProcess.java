package io.fastweights.jobs.bench.measure;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.process.ChildJvm;
import io.fastweights.jobs.process.TemporaryFiles;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own, with this one's class path and modules, that runs one {@link Task}. */
public final class OwnProcess {
  private static final ObjectMapper JSON = new ObjectMapper();

  private OwnProcess() {}

  /** Task to run: a record passed to the process as JSON; the result returns as JSON. */
  public interface Task<R> {
    R run(BenchProgress progress) throws Exception;
  }

  /**
   * Runs a task and passes on what it prints.
   *
   * @param options of the JVM: heap and collector
   * @throws IOException if it fails
   */
  public static <R> R run(Task<R> task, Class<R> result, List<String> options, PrintWriter out)
      throws IOException, InterruptedException {
    Path file = TemporaryFiles.file(".json");
    try {
      JSON.writeValue(file.toFile(), task);
      run(
          java(options, OwnProcess.class.getName(), task.getClass().getName(), file.toString()),
          out);
      return JSON.readValue(file.toFile(), result);
    } finally {
      Files.delete(file);
    }
  }

  /**
   * @param arguments the class of the task, and the file with it, which takes the result
   */
  public static void main(String[] arguments) throws Exception {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    File file = Path.of(arguments[1]).toFile();
    Task<?> task = JSON.readValue(file, Class.forName(arguments[0]).asSubclass(Task.class));
    JSON.writeValue(file, task.run(new BenchProgress(out)));
    System.exit(0);
  }

  private static void run(List<String> command, PrintWriter out)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Thread end = new Thread(process::destroy, "end a benchmark's process");
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
        throw new IOException("a benchmark's process failed with exit code " + exit);
      }
    } finally {
      process.destroy();
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }

  /** The heap and the collector of this JVM, as far as they were given. */
  public static List<String> sameHeap() {
    return given("-X");
  }

  private static List<String> given(String prefix) {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith(prefix))
        .toList();
  }

  /**
   * The command of a JVM with this one's class path and modules.
   *
   * @param options of the JVM
   * @param arguments the main class, and what it takes
   */
  public static List<String> java(List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ChildJvm.java());
    command.addAll(given("--add-"));
    command.addAll(ChildJvm.options());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(arguments));
    return command;
  }
}
