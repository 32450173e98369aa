package io.fastweights.jobs.cluster;

import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Size of a session cluster and its access limits. */
public final class ClusterShape {
  @Option(
      names = "--taskmanagers",
      paramLabel = "N",
      defaultValue = "1",
      description = "TaskManager processes (default: ${DEFAULT-VALUE}).")
  int taskManagers;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "2",
      description = "Slots of each (default: ${DEFAULT-VALUE}).")
  int slots;

  @Option(
      names = "--heap",
      paramLabel = "MB",
      defaultValue = "512",
      description = "Heap of each for its jobs, in MiB (default: ${DEFAULT-VALUE}).")
  int heap;

  @Option(
      names = "--managed",
      paramLabel = "MB",
      defaultValue = "256",
      description = "Memory of each for RocksDB, in MiB (default: ${DEFAULT-VALUE}).")
  int managed;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description =
          "Of the REST endpoint and the web page, on 127.0.0.1; 0 takes a free one (default:"
              + " ${DEFAULT-VALUE}).")
  int port;

  @Option(names = "--web-submit", description = "Let the web page upload and run jars, too.")
  boolean webSubmit;

  Duration heartbeatTimeout = Duration.ofSeconds(20);
  boolean preTouch;

  /**
   * A cluster with a free port.
   *
   * @param heap of each TaskManager for its jobs, in MiB
   * @param managed memory of each for RocksDB, in MiB
   */
  public static ClusterShape of(int taskManagers, int slots, int heap, int managed) {
    ClusterShape shape = new ClusterShape();
    shape.taskManagers = taskManagers;
    shape.slots = slots;
    shape.heap = heap;
    shape.managed = managed;
    return shape;
  }

  /** Heartbeat timeout of a process. */
  public ClusterShape heartbeatTimeout(Duration timeout) {
    heartbeatTimeout = timeout;
    return this;
  }

  /** Heaps take all of their memory at the start, instead of growing into it. */
  public ClusterShape preTouch() {
    preTouch = true;
    return this;
  }

  void check() {
    range("--taskmanagers", taskManagers, 1, 64);
    range("--slots", slots, 1, 128);
    range("--heap", heap, 64, 1 << 20);
    range("--managed", managed, 32, 1 << 20);
    range("--port", port, 0, 65_535);
  }

  private static void range(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is %d, must be in %d ... %d", option, value, least, most));
    }
  }
}
