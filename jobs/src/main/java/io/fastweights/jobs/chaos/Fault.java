package io.fastweights.jobs.chaos;

import io.fastweights.jobs.cluster.ClusterProcess;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/** What is done to a cluster while it works. */
enum Fault {
  /** kill -9 of a TaskManager. */
  KILL_TASK_MANAGER {
    @Override
    void strike(List<ClusterProcess> processes, SplittableRandom random) throws Exception {
      taskManager(processes, random).signal("KILL");
    }
  },

  /** kill -9 of the JobManager; its jobs are forgotten with it. */
  KILL_JOB_MANAGER {
    @Override
    void strike(List<ClusterProcess> processes, SplittableRandom random) throws Exception {
      processes.get(0).signal("KILL");
    }
  },

  /** A TaskManager stands still for a while, and goes on. */
  PAUSE_TASK_MANAGER {
    @Override
    void strike(List<ClusterProcess> processes, SplittableRandom random) throws Exception {
      ClusterProcess process = taskManager(processes, random);
      process.signal("STOP");
      try {
        Thread.sleep(500 + random.nextInt(2500));
      } finally {
        process.signal("CONT");
      }
    }
  },

  /** kill -9 of the JobManager, and the newest checkpoint is gone. */
  LOSE_CHECKPOINT {
    @Override
    void strike(List<ClusterProcess> processes, SplittableRandom random) throws Exception {
      processes.get(0).signal("KILL");
    }
  };

  /** Whether the job is gone with the fault, and has to be submitted again. */
  boolean endsJob() {
    return this == KILL_JOB_MANAGER || this == LOSE_CHECKPOINT;
  }

  /**
   * @param processes that run; the JobManager first
   */
  abstract void strike(List<ClusterProcess> processes, SplittableRandom random) throws Exception;

  static Fault next(SplittableRandom random) {
    return values()[random.nextInt(values().length)];
  }

  private static ClusterProcess taskManager(List<ClusterProcess> processes, SplittableRandom random)
      throws IOException {
    return processes.get(1 + random.nextInt(processes.size() - 1));
  }
}
