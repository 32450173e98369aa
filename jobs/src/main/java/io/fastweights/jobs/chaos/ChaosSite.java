package io.fastweights.jobs.chaos;

import io.fastweights.jobs.cluster.SessionCluster;
import io.fastweights.jobs.process.LocalProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Targets of the faults.
 *
 * @param network of the TaskManagers; null without an {@link Isolation}
 * @param disk of the checkpoints; null without an {@link Isolation}
 * @param random choices of the faults
 */
record ChaosSite(
    SessionCluster cluster,
    ChaosNetwork network,
    SmallDisk disk,
    ChaosJob job,
    SplittableRandom random) {
  static final int TASK_MANAGERS = 2;

  /** Heartbeat timeout of a TaskManager. */
  static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(6);

  LocalProcess jobManager() throws IOException {
    return cluster.processes().get(0);
  }

  /** One that has tasks. */
  LocalProcess anyTaskManager() throws Exception {
    List<LocalProcess> workers = cluster.workers();
    if (workers.isEmpty()) {
      throw new IllegalStateException("no TaskManager has tasks of the job");
    }
    return workers.get(random.nextInt(workers.size()));
  }
}
