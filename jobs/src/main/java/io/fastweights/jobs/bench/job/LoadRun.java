package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.bench.measure.BenchProgress;
import io.fastweights.jobs.bench.measure.Quantiles;
import io.fastweights.jobs.bench.measure.Stretch;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.WorkFolder;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Measurements of a job over a stretch of time, or until it ended. The first quarter of the time is
 * not counted, unless the job ended in it: the JVM compiles, and memories are small.
 *
 * @param eventsPerSecond that reached the sink
 * @param eventsPerProcessorSecond events over the CPU time of this process: includes source, sink
 *     and RocksDB's threads, and hardly anything else on the machine
 * @param checkpointBytesPerEvent bytes that checkpoints wrote per event; NaN if none completed
 * @param millis from each event's creation to the sink; empty for a job that is not timed
 */
record LoadRun(
    double eventsPerSecond,
    double eventsPerProcessorSecond,
    double checkpointBytesPerEvent,
    double[] millis) {
  private static final String METER = "load";

  static LoadRun of(LoadJob job, double seconds, BenchProgress progress) throws Exception {
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster = new EmbeddedCluster(job.flink(work))) {
      StreamExecutionEnvironment environment = cluster.environment();
      Meter meter = Meter.open(METER);
      job.build(environment, METER);
      JobClient client = environment.executeAsync("fastweights bench job");
      Stretch.awaitFirst(client, meter::answered, progress);
      Stretch first = Stretch.of(client, meter::answered, Stretch.UNCOUNTED * seconds, progress);
      if (job.timed()) {
        meter.time();
      }
      long begin = System.currentTimeMillis();
      Stretch rest = first;
      if (!first.ended()) {
        double left = (1 - Stretch.UNCOUNTED) * seconds;
        rest = Stretch.of(client, meter::answered, left, progress);
      }
      if (!rest.ended()) {
        client.cancel().get(60, TimeUnit.SECONDS);
      }
      Stretch counted = rest.events() == 0 ? first : rest;
      long written =
          cluster.checkpoints(client.getJobID()).stream()
              .filter(checkpoint -> checkpoint.finished() >= begin)
              .mapToLong(Checkpoint::writtenBytes)
              .sum();
      return new LoadRun(
          counted.eventsPerSecond(),
          counted.eventsPerProcessorSecond(),
          written == 0 ? Double.NaN : (double) written / counted.events(),
          meter.millis());
    }
  }

  /** The milliseconds that a fraction {@code q} of the events did not exceed. */
  double quantile(double q) {
    return Quantiles.of(millis, q);
  }
}
