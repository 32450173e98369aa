package io.fastweights.jobs.bench.state;

import io.fastweights.jobs.bench.load.CheckpointProbe;
import io.fastweights.jobs.bench.load.StateJob;
import io.fastweights.jobs.bench.load.Tally;
import io.fastweights.jobs.bench.measure.BenchProgress;
import io.fastweights.jobs.bench.measure.Quantiles;
import io.fastweights.jobs.bench.measure.Stretch;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.WorkFolder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Measurements of a job over a stretch of time. The first quarter is not counted: the JVM compiles,
 * and state is small.
 *
 * @param eventsPerSecond in the rest
 * @param eventsPerProcessorSecond events over the CPU time of this process in the rest, including
 *     RocksDB's threads
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

  static StateRun of(StateJob job, double seconds, BenchProgress progress) throws Exception {
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster = new EmbeddedCluster(job.flink(work))) {
      StreamExecutionEnvironment environment = cluster.environment();
      Tally tally = Tally.open(TALLY, 0);
      job.build(environment, TALLY);
      JobClient client = environment.executeAsync("fastweights bench state");
      Stretch.awaitFirst(client, tally::events, progress);
      Stretch.ofEndless(client, tally::events, Stretch.UNCOUNTED * seconds, progress);
      double rest = (1 - Stretch.UNCOUNTED) * seconds;
      Stretch counted = Stretch.ofEndless(client, tally::events, rest, progress);
      client.cancel().get(60, TimeUnit.SECONDS);
      List<Checkpoint> checkpoints =
          cluster.checkpoints(client.getJobID()).stream()
              .filter(checkpoint -> checkpoint.finished() >= counted.begin())
              .toList();
      return new StateRun(
          counted.eventsPerSecond(),
          counted.eventsPerProcessorSecond(),
          checkpoints,
          CheckpointProbe.pauses(TALLY),
          tally.digests());
    }
  }

  /** The median of what a checkpoint wrote itself. */
  double medianCheckpointBytes() {
    return Quantiles.of(checkpoints.stream().mapToDouble(Checkpoint::writtenBytes).toArray(), 0.5);
  }

  double meanCheckpointBytes() {
    return checkpoints.stream().mapToDouble(Checkpoint::writtenBytes).average().orElse(Double.NaN);
  }
}
