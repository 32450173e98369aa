package io.fastweights.jobs.cluster;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fastweights sql}: Flink's SQL client on the cluster that is up. */
@Command(
    name = "sql",
    description =
        "Start Flink's SQL client on the cluster that is up ('fastweights cluster up'), with the"
            + " function FAST_WEIGHTS.")
public final class SqlCommand implements Callable<Integer> {
  private static final String CLIENT = "org.apache.flink.table.client.SqlClient";
  private static final String FUNCTION =
      "CREATE TEMPORARY SYSTEM FUNCTION FAST_WEIGHTS AS"
          + " 'io.fastweights.operator.sql.FastWeightFunction';\n";

  /** The client shows no result of a file otherwise. */
  private static final String FOR_FILES = "SET 'sql-client.execution.result-mode' = 'TABLEAU';\n";

  @Mixin private ClusterCommand.Place place;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Execute the statements of a file instead of those that are typed.")
  private Path file;

  @Option(
      names = "--lib",
      hidden = true,
      defaultValue = "${sys:fastweights.cluster.lib:-jobs/cluster/target/lib}",
      description = "Flink's jars.")
  private Path lib;

  @Option(
      names = "--sql-lib",
      hidden = true,
      defaultValue = "${sys:fastweights.sql.lib:-jobs/cluster/target/sql}",
      description = "The client's jars.")
  private Path sqlLib;

  @Option(
      names = "--sql-jar",
      hidden = true,
      defaultValue = "${sys:fastweights.sql.jar:-jobs/sql/target}",
      description = "Folder of fastweights-sql.")
  private Path jarFolder;

  @Override
  public Integer call() throws Exception {
    SessionFolder folder = place.folder();
    folder.address();
    if (!Files.isDirectory(sqlLib)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is missing: a checkout has Flink's SQL client; elsewhere use bin/sql-client.sh of"
                  + " a Flink with --jar %s",
              sqlLib,
              jar()));
    }
    Path first = folder.temporary().resolve("fast-weights.sql");
    Files.writeString(first, file == null ? FUNCTION : FOR_FILES + FUNCTION);
    List<String> arguments =
        new ArrayList<>(List.of("embedded", "--jar", jar().toString(), "--init", first.toString()));
    if (file != null) {
      arguments.addAll(List.of("--file", absolute(file).toString()));
    }
    return FlinkClient.run(folder, List.of(lib, sqlLib), CLIENT, arguments);
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private Path jar() throws IOException {
    if (Files.isDirectory(jarFolder)) {
      try (DirectoryStream<Path> jars =
          Files.newDirectoryStream(jarFolder, "fastweights-sql-*.jar")) {
        for (Path jar : jars) {
          String name = jar.getFileName().toString();
          if (!name.endsWith("-sources.jar") && !name.endsWith("-javadoc.jar")) {
            return absolute(jar);
          }
        }
      }
    }
    throw new IllegalArgumentException(
        "no fastweights-sql-*.jar in " + absolute(jarFolder) + ": mvn package makes it");
  }
}
