package io.fastweights.jobs.sizing;

/**
 * What a job needs, reckoned from {@link MeasuredJobs}. A subtask has one core. Bytes are of
 * memories in fp32.
 *
 * @param keys number of keys of the job
 * @param eventsPerSecond at peak
 * @param memory bytes of one memory
 * @param coresForEvents cores that the events at peak keep busy
 * @param cores the same and half as many again, to catch up after a restart
 * @param eventsPerCore events that a core takes in a second
 * @param ram bytes of all subtasks
 * @param stateOnce bytes of state if each key was seen once
 * @param stateOldLeast bytes of state if every key has learned for long, just after folds
 * @param stateOldMost the same just before folds
 * @param checkpointBytesPerSecond bytes a second to checkpoint storage, with a checkpoint a second
 */
record JobSize(
    double keys,
    double eventsPerSecond,
    double memory,
    long coresForEvents,
    long cores,
    double eventsPerCore,
    double ram,
    double stateOnce,
    double stateOldLeast,
    double stateOldMost,
    double checkpointBytesPerSecond) {
  /** Memories of a subtask (three quarters of it the cache), and Flink's own. */
  static final double MEMORIES_OF_SUBTASK = 512 * 1024.0 * 1024.0;

  static final double FLINK_OF_SUBTASK = 1024 * 1024.0 * 1024.0;

  /** Checkpoint bytes of a key of 16 KiB that was seen once; its one event's log. */
  static final double ONCE = 680;

  private static final double ONCE_MEMORY = 16 * 1024;
  private static final double TO_CATCH_UP = 1.5;

  static JobSize of(double keys, double eventsPerSecond, double memory) {
    MeasuredJobs measured = MeasuredJobs.INSTANCE;
    long busy = cores(measured, keys, eventsPerSecond, memory);
    double rate = measured.eventsPerProcessorSecond(keys / busy, memory);
    long cores = (long) Math.ceil(busy * TO_CATCH_UP);
    // What an event adds to a log is as long as the memory's sides.
    double once = ONCE * Math.sqrt(memory / ONCE_MEMORY);
    return new JobSize(
        keys,
        eventsPerSecond,
        memory,
        busy,
        cores,
        rate,
        cores * (MEMORIES_OF_SUBTASK + FLINK_OF_SUBTASK),
        keys * once,
        keys * memory,
        keys * 2 * memory,
        eventsPerSecond * measured.checkpointBytesPerEvent(keys / busy, memory));
  }

  /** The fewest: with more cores each has fewer keys, and takes more events. */
  private static long cores(
      MeasuredJobs measured, double keys, double eventsPerSecond, double memory) {
    long least = 1;
    long most = 1;
    while (!suffices(measured, most, keys, eventsPerSecond, memory)) {
      most *= 2;
    }
    while (least < most) {
      long middle = (least + most) / 2;
      if (suffices(measured, middle, keys, eventsPerSecond, memory)) {
        most = middle;
      } else {
        least = middle + 1;
      }
    }
    return most;
  }

  private static boolean suffices(
      MeasuredJobs measured, long cores, double keys, double eventsPerSecond, double memory) {
    return cores * measured.eventsPerProcessorSecond(keys / cores, memory) >= eventsPerSecond;
  }

  double keysPerSubtask() {
    return keys / coresForEvents;
  }
}
