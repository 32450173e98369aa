package io.fastweights.jobs.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** {@code fastweights cluster flink}: Flink's own client, for the cluster that is up. */
@Command(
    name = "flink",
    description =
        "Run Flink's own client on the cluster that is up, as bin/flink of a Flink does: list,"
            + " stop, cancel, savepoint, run, and their flags.")
final class FlinkCommand implements Callable<Integer> {
  private static final String CLIENT = "org.apache.flink.client.cli.CliFrontend";

  @Mixin private ClusterCommand.Place place;

  @Option(
      names = "--lib",
      hidden = true,
      defaultValue = "${sys:fastweights.cluster.lib:-jobs/cluster/target/lib}",
      description = "Flink's jars.")
  private Path lib;

  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    SessionFolder folder = place.folder();
    folder.address();
    return FlinkClient.run(folder, List.of(lib), CLIENT, arguments);
  }
}
