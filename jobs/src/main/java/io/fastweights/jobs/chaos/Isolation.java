package io.fastweights.jobs.chaos;

import io.fastweights.jobs.process.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Separate namespaces for a command: there it may create networks and mount disks. These and its
 * child processes end with it, however it ends. Needs Linux, util-linux and iproute2, and a system
 * that lets its user make namespaces.
 */
final class Isolation {
  private static final List<String> UNSHARE =
      List.of(
          "unshare",
          "--user",
          "--map-root-user",
          "--net",
          "--mount",
          "--pid",
          "--fork",
          "--kill-child",
          "--mount-proc");

  /** Commands that test for what {@link ChaosNetwork} and {@link SmallDisk} need. */
  private static final String TRIAL =
      "nsenter --version && ip link set lo up && ip link add chaos type bridge"
          + " && unshare --net true && mount -t tmpfs chaos /tmp";

  private final Process process;

  private Isolation(Process process) {
    this.process = process;
  }

  /** Reason why this machine allows no isolation; empty if it does. */
  static Optional<String> obstacle() throws InterruptedException {
    List<String> trial = new ArrayList<>(UNSHARE);
    trial.addAll(List.of("sh", "-c", TRIAL));
    try {
      Commands.run(trial);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * Starts a program in it.
   *
   * @param program its main class
   */
  static Isolation start(Class<?> program, List<String> arguments) throws IOException {
    Process process = new ProcessBuilder(command(program, arguments)).start();
    process.getOutputStream().close();
    return new Isolation(process);
  }

  /**
   * Passes on what it prints, until it ends.
   *
   * @return its exit code
   */
  int await(PrintWriter out, PrintWriter err) throws InterruptedException {
    Thread errors = new Thread(() -> pass(process.getErrorStream(), err), "pass on errors");
    errors.start();
    pass(process.getInputStream(), out);
    errors.join();
    return process.waitFor();
  }

  private static List<String> command(Class<?> program, List<String> arguments) {
    List<String> command = new ArrayList<>(UNSHARE);
    command.add(ChildJvm.java());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // Not the module of the Vector API, which every JVM announces: the oracle needs none.
      if (option.matches("(--add-opens|-X|-D).*")) {
        command.add(option);
      }
    }
    // The file would be named after the process id, which a process outside may have, too.
    command.add("-XX:-UsePerfData");
    command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
    command.addAll(ChildJvm.options());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(arguments);
    return command;
  }

  private static void pass(InputStream stream, PrintWriter to) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!ChildJvm.isNotice(line)) {
          to.println(line);
          to.flush();
        }
      }
    } catch (IOException e) {
      to.println("what the isolated command prints could not be read: " + e);
    }
  }

  /** Kills it, which ends everything inside. */
  void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
