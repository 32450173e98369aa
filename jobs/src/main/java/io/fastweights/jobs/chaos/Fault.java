package io.fastweights.jobs.chaos;

import io.fastweights.jobs.process.LocalProcess;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Faults injected into a running cluster. */
enum Fault {
  /** kill -9 of a TaskManager. */
  KILL_TASK_MANAGER {
    @Override
    String strike(ChaosSite site) throws Exception {
      LocalProcess process = site.anyTaskManager();
      process.signal("KILL");
      return process.name();
    }
  },

  /** kill -9 of the JobManager, which loses its jobs. */
  KILL_JOB_MANAGER {
    @Override
    String strike(ChaosSite site) throws Exception {
      site.jobManager().signal("KILL");
      return "";
    }
  },

  /** A TaskManager is paused for less than its heartbeat timeout. */
  PAUSE_TASK_MANAGER {
    @Override
    String strike(ChaosSite site) throws Exception {
      return pause(site, 500, ChaosSite.HEARTBEAT_TIMEOUT.toMillis() / 2);
    }
  },

  /** A TaskManager is paused beyond its heartbeat timeout, then resumed. */
  FREEZE_TASK_MANAGER {
    @Override
    String strike(ChaosSite site) throws Exception {
      long timeout = ChaosSite.HEARTBEAT_TIMEOUT.toMillis();
      return pause(site, timeout + 1000, timeout + 6000);
    }
  },

  /** No packet reaches a TaskManager or leaves it, for a while; it may time out. */
  CUT_NETWORK {
    @Override
    String strike(ChaosSite site) throws Exception {
      String name = site.anyTaskManager().name();
      long millis = millis(site.random(), 1000, 2 * ChaosSite.HEARTBEAT_TIMEOUT.toMillis());
      site.network().cut(name);
      try {
        Thread.sleep(millis);
      } finally {
        site.network().mend(name);
      }
      return String.format(Locale.ROOT, "%s, %d ms", name, millis);
    }
  },

  /** The disk of the checkpoints is full for a while. */
  FILL_DISK {
    @Override
    String strike(ChaosSite site) throws Exception {
      long millis = millis(site.random(), 2000, 6000);
      site.disk().fill();
      try {
        Thread.sleep(millis);
      } finally {
        site.disk().free();
      }
      return millis + " ms";
    }
  },

  /** kill -9 of the JobManager, and the newest checkpoint is gone. */
  LOSE_CHECKPOINT {
    @Override
    String strike(ChaosSite site) throws Exception {
      site.jobManager().signal("KILL");
      return site.job().loseNewestCheckpoint();
    }
  };

  /** Its name among the figures. */
  String key() {
    StringBuilder key = new StringBuilder();
    for (String word : name().toLowerCase(Locale.ROOT).split("_")) {
      key.append(key.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT));
      key.append(key.length() == word.length() ? "" : word.substring(1));
    }
    return key.toString();
  }

  /** True if the fault needs an {@link Isolation}. */
  boolean needsIsolation() {
    return this == CUT_NETWORK || this == FILL_DISK;
  }

  /** True if the fault ends the job, which must then be submitted again. */
  boolean endsJob() {
    return this == KILL_JOB_MANAGER || this == LOSE_CHECKPOINT;
  }

  /**
   * Injects the fault, and waits until a temporary one has ended.
   *
   * @return target and duration
   */
  abstract String strike(ChaosSite site) throws Exception;

  /** Kinds in a random order, each as often as any other. */
  static List<Fault> sequence(int count, boolean isolated, SplittableRandom random) {
    List<Fault> kinds =
        new java.util.ArrayList<>(
            java.util.Arrays.stream(values())
                .filter(fault -> isolated || !fault.needsIsolation())
                .toList());
    List<Fault> sequence = new java.util.ArrayList<>();
    while (sequence.size() < count) {
      java.util.Collections.shuffle(kinds, new java.util.Random(random.nextLong()));
      sequence.addAll(kinds.subList(0, Math.min(kinds.size(), count - sequence.size())));
    }
    return sequence;
  }

  private static String pause(ChaosSite site, long least, long most) throws Exception {
    LocalProcess process = site.anyTaskManager();
    long millis = millis(site.random(), least, most);
    process.signal("STOP");
    try {
      Thread.sleep(millis);
    } finally {
      process.signal("CONT");
    }
    return String.format(Locale.ROOT, "%s, %d ms", process.name(), millis);
  }

  private static long millis(SplittableRandom random, long least, long most) {
    return random.nextLong(least, most + 1);
  }
}
