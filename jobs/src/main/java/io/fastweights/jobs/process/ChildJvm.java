package io.fastweights.jobs.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A JVM of this JVM's Java that a command starts. */
public final class ChildJvm {
  /** The first version that warns of native libraries and of sun.misc.Unsafe. */
  private static final int WARNS = 24;

  /** JVMs print these lines themselves, before anything that runs in them. */
  private static final Pattern NOTICE =
      Pattern.compile(
          "(NOTE: )?Picked up (JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS): .*"
              + "|WARNING: Using incubator modules: .*"
              + "|WARNING: java\\.io\\.tmpdir directory does not exist");

  private ChildJvm() {}

  /** The path of the {@code java} that this JVM is of. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /**
   * Options that every such JVM wants: no warnings of what libraries do, where the JVM knows how to
   * turn them off; and this JVM's folder for temporary files.
   */
  public static List<String> options() {
    List<String> options = new ArrayList<>(quiet(Runtime.version().feature()));
    options.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
    return options;
  }

  /**
   * Options of a process of Flink's or Kafka's own. Flink writes sizes with the digits of the
   * default locale into its configuration, and reads no digits but those of ASCII.
   */
  public static List<String> serverOptions() {
    List<String> options = new ArrayList<>(options());
    options.addAll(
        List.of(
            "-Duser.language.format=en", "-Duser.country.format=US", "-Duser.extensions.format="));
    return options;
  }

  /**
   * A process of Flink's or Kafka's own, which survives a hangup of the terminal.
   *
   * @param log what the process prints is added to it
   * @param arguments options of the JVM, the main class, and its arguments
   */
  public static ProcessBuilder server(Path folder, Path log, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("nohup", java()));
    command.addAll(serverOptions());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
  }

  /**
   * The folder of the jars of a server.
   *
   * @throws IllegalArgumentException if it is missing
   */
  public static Path jars(Path lib) {
    Path folder = lib.toAbsolutePath().normalize();
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(folder + " is missing: mvn package makes it");
    }
    return folder;
  }

  static List<String> quiet(int version) {
    return version < WARNS
        ? List.of()
        : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
  }

  /** True for a line that a JVM prints itself and nobody need act on. */
  public static boolean isNotice(String line) {
    return NOTICE.matcher(line).matches();
  }
}
