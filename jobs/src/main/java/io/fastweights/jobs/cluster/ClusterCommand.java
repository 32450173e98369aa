package io.fastweights.jobs.cluster;

import io.fastweights.jobs.cluster.RestClient.Overview;
import io.fastweights.jobs.process.LocalProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights cluster}: a Flink session cluster on this machine. */
@Command(
    name = "cluster",
    description = "Start, look at, use and stop a Flink session cluster on this machine.",
    subcommands = {
      ClusterCommand.Up.class,
      ClusterCommand.Status.class,
      ClusterCommand.Down.class,
      FlinkCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "A JobManager and TaskManagers, each a process of its own, on 127.0.0.1 only.",
      "'fastweights run --cluster' runs a job on it."
    })
public final class ClusterCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Override
  public Integer call() {
    command.commandLine().usage(command.commandLine().getOut());
    return 2;
  }

  /** The folder that all three mean. */
  static final class Place {
    @Option(
        names = "--folder",
        paramLabel = "FOLDER",
        defaultValue = SessionFolder.DEFAULT,
        description = "Takes logs, checkpoints and process ids (default: ${DEFAULT-VALUE}).")
    private Path folder;

    SessionFolder folder() {
      return new SessionFolder(folder);
    }
  }

  /** {@code fastweights cluster up}. */
  @Command(name = "up", description = "Start the cluster, or what of it does not run.")
  static final class Up implements Callable<Integer> {
    @Spec private CommandSpec command;
    @Mixin private Place place;
    @Mixin private ClusterShape shape;

    @Option(
        names = "--lib",
        hidden = true,
        defaultValue = "${sys:fastweights.cluster.lib:-jobs/cluster/target/lib}",
        description = "Flink's jars.")
    private Path lib;

    @Override
    public Integer call() throws Exception {
      shape.check();
      SessionCluster cluster = new SessionCluster(place.folder());
      requireSame(cluster, place.folder());
      boolean started = cluster.up(shape, lib);
      PrintWriter out = command.commandLine().getOut();
      out.println(started ? "the cluster is up" : "the cluster was up already");
      print(cluster, place.folder(), out);
      return 0;
    }

    /** A cluster that is up keeps its port and its slots: other ones must not be ignored. */
    private void requireSame(SessionCluster cluster, SessionFolder folder) throws IOException {
      if (cluster.processes().stream().noneMatch(LocalProcess::isAlive)) {
        return;
      }
      String address = folder.address();
      int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      requireSame("--port", shape.port, port);
      requireSame("--slots", shape.slots, folder.slots());
    }

    private void requireSame(String flag, int value, int running) {
      if (value != running && command.commandLine().getParseResult().hasMatchedOption(flag)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s is %d, the cluster that is up has %d: 'fastweights cluster down' stops it",
                flag,
                value,
                running));
      }
    }
  }

  /** {@code fastweights cluster status}. */
  @Command(name = "status", description = "Show what runs; exit code 1 where something does not.")
  static final class Status implements Callable<Integer> {
    @Spec private CommandSpec command;
    @Mixin private Place place;

    @Override
    public Integer call() throws Exception {
      SessionCluster cluster = new SessionCluster(place.folder());
      PrintWriter out = command.commandLine().getOut();
      if (cluster.processes().isEmpty()) {
        out.println("no cluster is up");
        return 1;
      }
      print(cluster, place.folder(), out);
      return cluster.processes().stream().allMatch(LocalProcess::isAlive) ? 0 : 1;
    }
  }

  /** {@code fastweights cluster down}. */
  @Command(
      name = "down",
      description = "Stop the cluster and delete its folder, checkpoints included.")
  static final class Down implements Callable<Integer> {
    @Spec private CommandSpec command;
    @Mixin private Place place;

    @Option(names = "--force", description = "Also where jobs are running.")
    private boolean force;

    @Override
    public Integer call() throws Exception {
      SessionCluster cluster = new SessionCluster(place.folder());
      int jobs = cluster.overview().map(Overview::runningJobs).orElse(0);
      if (jobs > 0 && !force) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "%d job(s) running, whose checkpoints would be deleted: stop them first, or give --force",
                jobs));
      }
      int ended = cluster.down();
      PrintWriter out = command.commandLine().getOut();
      out.println(ended == 0 ? "no cluster was up" : "the cluster is down");
      out.flush();
      return 0;
    }
  }

  private static void print(SessionCluster cluster, SessionFolder folder, PrintWriter out)
      throws Exception {
    for (LocalProcess process : cluster.processes()) {
      out.printf(
          Locale.ROOT,
          "%-16s process %d%s%n",
          process.name(),
          process.pid(),
          process.isAlive() ? "" : " has ended");
    }
    Optional<Overview> found = cluster.overview();
    if (found.isPresent()) {
      Overview overview = found.get();
      out.printf(
          Locale.ROOT,
          "%-16s %d, %d of them free%n",
          "slots",
          overview.slots(),
          overview.freeSlots());
      out.printf(Locale.ROOT, "%-16s %d%n", "jobs running", overview.runningJobs());
    }
    out.printf(Locale.ROOT, "%-16s http://%s%n", "web page", folder.address());
    out.flush();
  }
}
