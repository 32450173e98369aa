package io.fastweights.jobs.chaos;

import io.fastweights.jobs.cluster.ClusterShape;
import io.fastweights.jobs.cluster.SessionCluster;
import io.fastweights.jobs.cluster.SessionFolder;
import io.fastweights.jobs.output.Figures;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights chaos}: faults on a real cluster, and every output bit checked. */
@Command(
    name = "chaos",
    description = "Kill and pause the processes of a cluster at work, and check every output bit.",
    footer = {
      "",
      "The cluster is one of its own. Between two faults the job completes a checkpoint. A killed",
      "JobManager's job is submitted again from its newest checkpoint: a cluster with ZooKeeper or",
      "Kubernetes would do that itself. Where the newest checkpoint is lost, too, the job goes back",
      "to the one before and writes again, to the same bits, what was committed with the lost one:",
      "'repeated' counts these lines. Exit code 1 where an output is missing, is there twice for no",
      "such reason, or has other bits than a plain loop over the model computes."
    })
public final class ChaosCommand implements Callable<Integer> {
  private static final List<String> NAMES =
      List.of("faults", "events", "missing", "duplicate", "different", "repeated");
  private static final long RECOVERY_SECONDS = 180;
  private static final long POLL_MILLIS = 250;

  @Spec private CommandSpec command;

  @Option(
      names = "--faults",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int faults;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of the events and the faults (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "500",
      description = "Events a second (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one flat JSON object, too.")
  private Path json;

  @Option(
      names = "--lib",
      hidden = true,
      defaultValue = "${sys:fastweights.home:-.}/cluster/target/lib")
  private Path lib;

  @Option(
      names = "--job-jar",
      hidden = true,
      defaultValue = "${sys:fastweights.home:-.}/jobs/target/job/fastweights-job.jar")
  private Path jar;

  @Override
  public Integer call() throws Exception {
    if (faults < 0 || rate < 1) {
      throw new IllegalArgumentException(
          "--faults is %d and --rate %d, must be at least 0 and 1".formatted(faults, rate));
    }
    Path work = Files.createTempDirectory("fastweights-chaos");
    SessionFolder folder = new SessionFolder(work.resolve("cluster"));
    SessionCluster cluster = new SessionCluster(folder);
    Thread onExit = new Thread(() -> end(cluster, work), "end the cluster");
    Runtime.getRuntime().addShutdownHook(onExit);
    try {
      ChaosJob job =
          new ChaosJob(
              new ChaosStream(seed, rate, work.resolve("last")), work, jar.toAbsolutePath());
      Verdict verdict = run(cluster, folder, job);
      report(verdict);
      return verdict.isClean() ? 0 : 1;
    } finally {
      Runtime.getRuntime().removeShutdownHook(onExit);
      end(cluster, work);
    }
  }

  private Verdict run(SessionCluster cluster, SessionFolder folder, ChaosJob job) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    ClusterShape shape = ClusterShape.of(2, 2);
    cluster.up(shape, lib);
    job.submit(folder.address());
    for (int i = 1; i <= faults; i++) {
      awaitCheckpoint(job);
      Fault fault = Fault.next(random);
      command.commandLine().getOut().printf("fault %d: %s%n", i, fault);
      command.commandLine().getOut().flush();
      fault.strike(folder.processes(), random);
      cluster.up(shape, lib);
      if (fault == Fault.LOSE_CHECKPOINT) {
        job.loseNewestCheckpoint();
      }
      if (fault.endsJob()) {
        job.submit(folder.address());
      }
    }
    awaitCheckpoint(job);
    job.stop();
    return job.verdict();
  }

  /** Waits until a checkpoint is complete that was not before. */
  private static void awaitCheckpoint(ChaosJob job) throws Exception {
    Optional<Path> before = job.newestCheckpoint();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECOVERY_SECONDS);
    while (!job.isRunning() || job.newestCheckpoint().equals(before)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("no checkpoint within " + RECOVERY_SECONDS + " s");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void report(Verdict verdict) throws Exception {
    Figures figures =
        new Figures()
            .put("faults", faults)
            .put("events", verdict.events())
            .put("missing", verdict.missing())
            .put("duplicate", verdict.duplicate())
            .put("different", verdict.different())
            .put("repeated", verdict.repeated());
    PrintWriter out = command.commandLine().getOut();
    for (String name : NAMES) {
      out.printf("%-10s %,12d%n", name, figures.get(name).longValue());
    }
    out.flush();
    figures.writeJson(json);
  }

  private static void end(SessionCluster cluster, Path work) {
    try {
      cluster.down();
    } catch (Exception e) {
      throw new IllegalStateException("the cluster could not be ended: " + e, e);
    } finally {
      FileUtils.deleteDirectoryQuietly(work.toFile());
    }
  }
}
