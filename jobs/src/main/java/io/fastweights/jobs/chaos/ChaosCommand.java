package io.fastweights.jobs.chaos;

import io.fastweights.jobs.chaos.ChaosRun.Jars;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.process.TemporaryFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights chaos}: faults on a real cluster, and every output bit checked. */
@Command(
    name = "chaos",
    description =
        "Kill, pause and cut off the processes of a cluster at work, and check every output bit.",
    footer = {
      "",
      "A Kafka broker and a cluster of its own, on this machine and out of reach of any other. After",
      "every fault the job completes a checkpoint. A killed JobManager's job is submitted again from",
      "its newest checkpoint: a cluster with ZooKeeper or Kubernetes would do that itself. Where the",
      "newest checkpoint is lost, too, the job goes back to the one before and writes again, to the",
      "same bits, what was committed with the lost one: 'repeated' counts these lines. Exit code 1",
      "where an output is missing, is there twice for no such reason, or has other bits than a plain",
      "loop over the model computes, and where resident memory drifts by 5 %% or more in a soak."
    })
public final class ChaosCommand implements Callable<Integer> {
  private static final String ISOLATED = "--isolated";
  private static final int FAULTS = 10;
  private static final Duration LEAST_SOAK = Duration.ofSeconds(10);
  private static final double MOST_DRIFT = 5;

  @Spec private CommandSpec command;

  @Option(names = "--faults", paramLabel = "N", description = "How many (default: " + FAULTS + ").")
  private Integer faults;

  @Option(
      names = "--soak",
      paramLabel = "TIME",
      description =
          "No faults: let the job work for this time, as 1h or 90s, and tell how far the resident"
              + " memory of the processes drifts.")
  private String soak;

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

  @Mixin private JsonFile json;

  @Option(
      names = "--logs",
      paramLabel = "FOLDER",
      description = "Keep the logs of the processes there.")
  private Path logs;

  @Option(
      names = "--lib",
      hidden = true,
      defaultValue = "${sys:fastweights.cluster.lib:-jobs/cluster/target/lib}")
  private Path lib;

  @Option(
      names = "--broker-lib",
      hidden = true,
      defaultValue = "${sys:fastweights.broker.lib:-jobs/broker/target/lib}")
  private Path brokerLib;

  @Option(
      names = "--job-jar",
      hidden = true,
      defaultValue = "${sys:fastweights.job.jar:-jobs/target/job/fastweights-job.jar}")
  private Path jar;

  @Option(names = ISOLATED, hidden = true, paramLabel = "FOLDER")
  private Path isolated;

  @Override
  public Integer call() throws Exception {
    check();
    Path work = isolated == null ? TemporaryFiles.folder() : isolated.toAbsolutePath();
    try (Cleanup cleanup = new Cleanup(work, command.commandLine().getErr())) {
      Optional<String> obstacle = isolated == null ? Isolation.obstacle() : Optional.empty();
      if (isolated == null && obstacle.isEmpty()) {
        return runIsolated(cleanup, work);
      }
      Jars jars = new Jars(lib, brokerLib, jar);
      ChaosRun run = new ChaosRun(work, jars, seed, logs, obstacle.isEmpty());
      cleanup.before(run::close);
      out().printf(Locale.ROOT, "seed %d%n", seed);
      out().flush();
      return soak == null ? strike(run, obstacle) : soak(run);
    }
  }

  private void check() {
    if (faults != null && soak != null) {
      throw new IllegalArgumentException("--soak does no faults: leave --faults out");
    }
    if (faults != null && faults < 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "--faults is %d, must be at least 0", faults));
    }
    if (rate < 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "--rate is %d, must be at least 1", rate));
    }
    if (soak != null && time().compareTo(LEAST_SOAK) < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "--soak is %s, must be at least %d s", soak, LEAST_SOAK.toSeconds()));
    }
  }

  private Duration time() {
    try {
      return TimeUtils.parseDuration(soak);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "--soak is %s: %s", soak, e.getMessage()));
    }
  }

  private int runIsolated(Cleanup cleanup, Path work) throws Exception {
    List<String> arguments =
        new ArrayList<>(command.root().commandLine().getParseResult().originalArgs());
    arguments.addAll(List.of(ISOLATED, work.toString()));
    Isolation isolation = Isolation.start(command.root().userObject().getClass(), arguments);
    cleanup.before(isolation::close);
    return isolation.await(out(), command.commandLine().getErr());
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private int strike(ChaosRun run, Optional<String> obstacle) throws Exception {
    run.start(rate);
    int count = faults == null ? FAULTS : faults;
    Figures figures = new FaultRounds(count, seed, obstacle).on(run, out());
    return report(figures, run.finish()) ? 0 : 1;
  }

  private int soak(ChaosRun run) throws Exception {
    run.preTouch().start(rate);
    Figures figures = new Soak().on(run, time(), out());
    boolean steady = figures.get(Soak.DRIFT).doubleValue() < MOST_DRIFT;
    return report(figures, run.finish()) && steady ? 0 : 1;
  }

  /** Returns whether every output was right. */
  private boolean report(Figures figures, Verdict verdict) throws Exception {
    figures
        .put("seed", seed)
        .put("events", verdict.events())
        .put("missing", verdict.missing())
        .put("duplicate", verdict.duplicate())
        .put("different", verdict.different())
        .put("repeated", verdict.repeated());
    for (String name : figures.names()) {
      Number figure = figures.get(name);
      String format = figure instanceof Double ? "%-26s %,14.1f%n" : "%-26s %,12d%n";
      out().printf(Locale.ROOT, format, name, figure);
    }
    out().flush();
    json.write(figures);
    return verdict.isClean();
  }
}
