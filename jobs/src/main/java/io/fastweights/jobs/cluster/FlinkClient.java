package io.fastweights.jobs.cluster;

import io.fastweights.jobs.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A client program of Flink, on the terminal of this process. */
final class FlinkClient {
  private FlinkClient() {}

  /**
   * Runs a client on the cluster that is up, until it ends.
   *
   * @param libs folders of jars
   * @param main class of the client
   * @return exit code of the command, 0 or 1
   */
  static int run(SessionFolder folder, List<Path> libs, String main, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ChildJvm.java(),
                "-Xmx512m",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-Dlog4j2.level=OFF"));
    command.addAll(ChildJvm.serverOptions());
    String classes =
        libs.stream()
            .map(lib -> lib.toAbsolutePath().normalize() + "/*")
            .collect(Collectors.joining(java.io.File.pathSeparator));
    command.addAll(List.of("-cp", classes, main));
    command.addAll(arguments);
    ProcessBuilder client = new ProcessBuilder(command).inheritIO();
    client.environment().put("FLINK_CONF_DIR", folder.conf().toString());
    return client.start().waitFor() == 0 ? 0 : 1;
  }
}
