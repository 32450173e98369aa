package io.fastweights.jobs.chaos;

import io.fastweights.jobs.cluster.ClusterProcess;
import io.fastweights.jobs.cluster.SessionFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What faults can be done to.
 *
 * @param network of the TaskManagers; null without an {@link Isolation}
 * @param disk of the checkpoints; null without an {@link Isolation}
 * @param random choices of the faults
 */
record ChaosSite(
    SessionFolder cluster,
    ChaosNetwork network,
    SmallDisk disk,
    ChaosJob job,
    SplittableRandom random) {
  static final int TASK_MANAGERS = 2;

  /** A TaskManager that is silent for so long is given up. */
  static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(6);

  ClusterProcess jobManager() throws IOException {
    return cluster.processes().get(0);
  }

  ClusterProcess anyTaskManager() throws IOException {
    List<ClusterProcess> processes = cluster.processes();
    return processes.get(1 + random.nextInt(processes.size() - 1));
  }
}
