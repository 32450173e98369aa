package io.fastweights.jobs.cluster;

import io.fastweights.jobs.cluster.RestClient.Overview;
import io.fastweights.jobs.process.FreePort;
import io.fastweights.jobs.process.LocalProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.flink.util.FileUtils;

/** A JobManager and TaskManagers as processes of this machine. */
public final class SessionCluster {
  private static final long UP_SECONDS = 90;
  private static final long POLL_MILLIS = 200;

  private final SessionFolder folder;
  private final ClusterNetwork network;

  /** A cluster on the loopback interface. */
  public SessionCluster(SessionFolder folder) {
    this(folder, ClusterNetwork.LOOPBACK);
  }

  public SessionCluster(SessionFolder folder, ClusterNetwork network) {
    this.folder = folder;
    this.network = network;
  }

  /**
   * Starts the processes that do not run yet, and waits until the TaskManagers have offered their
   * slots. TaskManagers whose JobManager has ended find the next one at the same port.
   *
   * @return true if any was started
   * @throws IllegalStateException if they do not come up; names the logs
   */
  public boolean up(ClusterShape shape, Path lib) throws Exception {
    FlinkProcesses flink = new FlinkProcesses(folder, network, shape, lib);
    boolean started = false;
    if (folder.processes().stream().noneMatch(LocalProcess::isAlive)) {
      stop();
      folder.create();
      String host = network.jobManager();
      ClusterConf.write(folder, shape, host, FreePort.of(host, 0), FreePort.of(host, shape.port));
    }
    if (!isAlive(SessionFolder.jobManager())) {
      flink.jobManager();
      started = true;
    }
    for (int i = 1; i <= shape.taskManagers; i++) {
      if (!isAlive(SessionFolder.taskManager(i))) {
        flink.taskManager(i);
        started = true;
      }
    }
    await(shape.taskManagers * folder.slots());
    return started;
  }

  private boolean isAlive(String name) throws IOException {
    return folder.processes().stream().anyMatch(p -> p.name().equals(name) && p.isAlive());
  }

  private void await(int slots) throws Exception {
    RestClient rest = new RestClient(folder.address());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(UP_SECONDS);
    while (rest.overview().filter(found -> found.slots() >= slots).isEmpty()) {
      for (LocalProcess process : folder.processes()) {
        if (!process.isAlive()) {
          throw new IllegalStateException(
              process.name() + " has ended, see " + folder.log(process.name()));
        }
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the cluster is not up after %d s, see %s",
                UP_SECONDS,
                folder.folder().resolve("log")));
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Empty if the cluster does not answer, or there is none. */
  Optional<Overview> overview() throws Exception {
    return Files.exists(folder.conf())
        ? new RestClient(folder.address()).overview()
        : Optional.empty();
  }

  /** The JobManager first. */
  public List<LocalProcess> processes() throws IOException {
    return folder.processes();
  }

  /** The TaskManagers that have given slots to jobs. */
  public List<LocalProcess> workers() throws Exception {
    List<String> names = new RestClient(folder.address()).workers();
    return folder.processes().stream().filter(process -> names.contains(process.name())).toList();
  }

  /**
   * Ends all processes and deletes the folder, checkpoints included.
   *
   * @return number of processes stopped
   */
  public int down() throws Exception {
    int ended = stop();
    FileUtils.deleteDirectory(folder.folder().toFile());
    return ended;
  }

  /** TaskManagers first: otherwise they would try to reconnect to the JobManager. */
  private int stop() throws Exception {
    List<LocalProcess> processes = new java.util.ArrayList<>(folder.processes());
    java.util.Collections.reverse(processes);
    int ended = 0;
    for (LocalProcess process : processes) {
      ended += process.isAlive() ? 1 : 0;
      process.stop();
      Files.deleteIfExists(folder.pid(process.name()));
    }
    return ended;
  }
}
