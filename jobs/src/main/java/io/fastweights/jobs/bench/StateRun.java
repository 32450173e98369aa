package io.fastweights.jobs.bench;

import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.WorkFolder;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What a job did in a stretch of time. The first quarter is not counted: the JVM compiles, and
 * state is small.
 *
 * @param eventsPerSecond in the rest
 * @param eventsPerProcessorSecond events over the time of all processors that this process took, in
 *     the rest: with RocksDB's threads, and whatever else runs on the machine
 * @param checkpoints that ended in the rest
 * @param pauses of all checkpoints; empty without a probe
 * @param digests of the answers, as {@link Tally#digests}
 */
record StateRun(
    double eventsPerSecond,
    double eventsPerProcessorSecond,
    List<Checkpoint> checkpoints,
    List<CheckpointProbe.Pause> pauses,
    List<Long> digests) {
  private static final String TALLY = "state";
  private static final double UNCOUNTED = 0.25;

  static StateRun of(StateJob job, double seconds, BenchProgress progress) throws Exception {
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster = new EmbeddedCluster(job.flink(work))) {
      StreamExecutionEnvironment environment = cluster.environment();
      Tally tally = Tally.open(TALLY, 0);
      job.build(environment, TALLY);
      JobClient client = environment.executeAsync("fastweights bench state");
      while (tally.events() == 0) {
        progress.tick(client, tally.events());
      }
      wait(client, tally, UNCOUNTED * seconds, progress);
      long begin = System.currentTimeMillis();
      long before = tally.events();
      long cpuBefore = processorNanos();
      double waited = wait(client, tally, (1 - UNCOUNTED) * seconds, progress);
      long counted = tally.events() - before;
      double processor = (processorNanos() - cpuBefore) / 1e9;
      client.cancel().get(60, TimeUnit.SECONDS);
      List<Checkpoint> checkpoints =
          cluster.checkpoints(client.getJobID()).stream()
              .filter(checkpoint -> checkpoint.finished() >= begin)
              .toList();
      return new StateRun(
          counted / waited,
          counted / processor,
          checkpoints,
          CheckpointProbe.pauses(TALLY),
          tally.digests());
    }
  }

  /** Waits, and fails if the job does. Returns the seconds that it took. */
  private static double wait(JobClient client, Tally tally, double seconds, BenchProgress progress)
      throws Exception {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < seconds * 1e9) {
      progress.tick(client, tally.events());
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Time of all processors that this process has taken. */
  static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** The median of what a checkpoint wrote itself. */
  double medianCheckpointBytes() {
    return Quantiles.of(checkpoints.stream().mapToDouble(Checkpoint::writtenBytes).toArray(), 0.5);
  }

  double meanCheckpointBytes() {
    return checkpoints.stream().mapToDouble(Checkpoint::writtenBytes).average().orElse(Double.NaN);
  }
}
