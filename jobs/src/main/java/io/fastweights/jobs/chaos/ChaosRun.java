package io.fastweights.jobs.chaos;

import io.fastweights.jobs.cluster.ClusterNetwork;
import io.fastweights.jobs.cluster.ClusterShape;
import io.fastweights.jobs.cluster.SessionCluster;
import io.fastweights.jobs.cluster.SessionFolder;
import io.fastweights.jobs.process.LocalProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/** A broker, a cluster, a job on it, and the events that it works through. */
final class ChaosRun {
  private static final Duration RECOVERY = Duration.ofMinutes(4);
  private static final Duration DRAIN = Duration.ofMinutes(2);
  private static final long POLL_MILLIS = 200;
  private static final int SLOTS = 2;
  private static final int HEAP = 256;
  private static final int MANAGED = 128;

  /** Folders of Flink's jars and of Kafka's, and the jar of the job. */
  record Jars(Path flink, Path kafka, Path job) {}

  private final Jars jars;
  private final Path logs;
  private final ClusterShape shape =
      ClusterShape.of(ChaosSite.TASK_MANAGERS, SLOTS, HEAP, MANAGED)
          .heartbeatTimeout(ChaosSite.HEARTBEAT_TIMEOUT);
  private final Ledger ledger;
  private final SessionFolder folder;
  private final CheckpointFolder checkpoints;
  private final ChaosNetwork network;
  private final SmallDisk disk;
  private final SessionCluster cluster;
  private final ChaosBroker broker;
  private final ChaosJob job;
  private EventFeed feed;
  private AnswerLog answers;

  /**
   * @param work empty folder
   * @param logs folder for the logs; null for none
   * @param isolated true if this process is in an {@link Isolation}
   */
  ChaosRun(Path work, Jars jars, long seed, Path logs, boolean isolated) throws Exception {
    this.jars = jars;
    this.logs = logs;
    ledger = new Ledger(seed);
    folder = new SessionFolder(work.resolve("cluster"));
    checkpoints = new CheckpointFolder(work.resolve("checkpoints"));
    network =
        isolated ? ChaosNetwork.create(work.resolve("networks"), ChaosSite.TASK_MANAGERS) : null;
    disk = isolated ? SmallDisk.mount(checkpoints.folder()) : null;
    ClusterNetwork listening = isolated ? network : ClusterNetwork.LOOPBACK;
    cluster = new SessionCluster(folder, listening);
    broker = new ChaosBroker(work.resolve("broker"), listening.jobManager(), jars.kafka());
    job = new ChaosJob(broker.address(), checkpoints, ledger, jars.job().toAbsolutePath());
  }

  /** Heaps are committed at the start, so that later growth is not heap. */
  ChaosRun preTouch() {
    shape.preTouch();
    return this;
  }

  /**
   * @param rate events a second
   */
  void start(int rate) throws Exception {
    broker.start();
    cluster.up(shape, jars.flink());
    job.submit(folder.address());
    answers = new AnswerLog(ledger, broker.address());
    feed = new EventFeed(ledger, rate, broker.address());
    awaitCheckpoint();
  }

  /**
   * Does one fault, and waits until the job has completed a checkpoint after it.
   *
   * @return the target and the duration
   */
  String strike(Fault fault, SplittableRandom random) throws Exception {
    String what = fault.strike(new ChaosSite(cluster, network, disk, job, random));
    if (fault.endsJob()) {
      awaitProcesses();
      job.submit(folder.address());
    }
    awaitCheckpoint();
    checkpoints.prune();
    return what;
  }

  /** The processes of the cluster. */
  List<LocalProcess> processes() throws Exception {
    return cluster.processes();
  }

  /** Waits until a checkpoint is complete that was begun after this call. */
  void awaitCheckpoint() throws Exception {
    // The first to complete may have started before.
    awaitAnyCheckpoint();
    awaitAnyCheckpoint();
    feed.check();
    answers.check();
  }

  private void awaitAnyCheckpoint() throws Exception {
    awaitProcesses();
    Optional<Path> before = checkpoints.newest();
    long deadline = deadline(RECOVERY);
    while (checkpoints.newest().equals(before) || !job.isRunning()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            String.format(Locale.ROOT, "no checkpoint within %d s", RECOVERY.toSeconds()));
      }
      Thread.sleep(POLL_MILLIS);
      awaitProcesses();
    }
  }

  /** Restarts processes that have ended, as a supervisor would. */
  private void awaitProcesses() throws Exception {
    long deadline = deadline(RECOVERY);
    while (cluster.processes().stream().anyMatch(process -> !process.isAlive())) {
      try {
        cluster.up(shape, jars.flink());
      } catch (IllegalStateException e) {
        // A process may end once more while another starts.
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  /** Lets the job process all events sent, stops it, and computes the verdict. */
  Verdict finish() throws Exception {
    feed.stop();
    long deadline = deadline(DRAIN);
    for (int left = ledger.missing(); left > 0 && System.nanoTime() < deadline; ) {
      Thread.sleep(POLL_MILLIS);
      awaitProcesses();
      int now = ledger.missing();
      deadline = now < left ? deadline(DRAIN) : deadline;
      left = now;
    }
    job.cancel();
    answers.finish(ChaosJob.TRANSACTION_TIMEOUT.plusMinutes(1));
    return ledger.verdict();
  }

  private void keepLogs() throws IOException {
    if (logs != null) {
      Path written = folder.folder().resolve("log");
      for (String name : List.of("jobmanager.log", "taskmanager-1.log", "taskmanager-2.log")) {
        keep(written.resolve(name), name);
      }
      keep(broker.log(), "broker.log");
    }
  }

  private void keep(Path log, String name) throws IOException {
    if (Files.exists(log)) {
      Files.createDirectories(logs);
      Files.copy(log, logs.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static long deadline(Duration from) {
    return System.nanoTime() + from.toNanos();
  }

  void close() {
    try {
      keepLogs();
      if (feed != null) {
        feed.close();
        answers.close();
      }
      cluster.down();
    } catch (Exception e) {
      throw new IllegalStateException("the cluster could not be ended: " + e, e);
    } finally {
      broker.close();
    }
  }
}
