package io.fastweights.jobs.bench;

import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.WorkFolder;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What a job did in a stretch of time, or until it ended. The first quarter of the time is not
 * counted, unless the job ended in it: the JVM compiles, and memories are small.
 *
 * @param eventsPerSecond that came to the sink
 * @param eventsPerProcessorSecond events over the time of all processors that this process took:
 *     source, sink and RocksDB's threads are in it; what else runs on the machine hardly is
 * @param checkpointBytesPerEvent what the checkpoints wrote for an event; NaN if none ended
 * @param millis from each event's creation to the sink; empty for a job that is not timed
 */
record LoadRun(
    double eventsPerSecond,
    double eventsPerProcessorSecond,
    double checkpointBytesPerEvent,
    double[] millis) {
  private static final String METER = "load";
  private static final double UNCOUNTED = 0.25;

  static LoadRun of(LoadJob job, double seconds, BenchProgress progress) throws Exception {
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster = new EmbeddedCluster(job.flink(work))) {
      StreamExecutionEnvironment environment = cluster.environment();
      Meter meter = Meter.open(METER);
      job.build(environment, METER);
      JobClient client = environment.executeAsync("fastweights bench job");
      while (meter.answered() == 0) {
        progress.tick(client, 0);
      }
      Stretch first = Stretch.of(client, meter, UNCOUNTED * seconds, progress);
      if (job.timed()) {
        meter.time();
      }
      long begin = System.currentTimeMillis();
      Stretch rest = first;
      if (!first.ended) {
        rest = Stretch.of(client, meter, (1 - UNCOUNTED) * seconds, progress);
      }
      if (!rest.ended) {
        client.cancel().get(60, TimeUnit.SECONDS);
      }
      Stretch counted = rest.events == 0 ? first : rest;
      long written =
          cluster.checkpoints(client.getJobID()).stream()
              .filter(checkpoint -> checkpoint.finished() >= begin)
              .mapToLong(Checkpoint::writtenBytes)
              .sum();
      return new LoadRun(
          counted.events / counted.seconds,
          counted.events / counted.processorSeconds,
          written == 0 ? Double.NaN : (double) written / counted.events,
          meter.millis());
    }
  }

  /**
   * Events that came to the sink in a time, or in as long as it took until one came.
   *
   * @param ended whether the job came to its end
   */
  private record Stretch(long events, double seconds, double processorSeconds, boolean ended) {
    static Stretch of(JobClient client, Meter meter, double seconds, BenchProgress progress)
        throws Exception {
      long before = meter.answered();
      long begin = System.nanoTime();
      long processor = StateRun.processorNanos();
      long now = before;
      long last = begin;
      boolean runs = true;
      while (runs && (System.nanoTime() - begin < seconds * 1e9 || now == before)) {
        runs = progress.tickUnlessDone(client, now);
        long answered = meter.answered();
        if (answered > now) {
          last = System.nanoTime();
          now = answered;
        }
      }
      // A job ends some time after its last event: its last checkpoint must.
      long end = runs ? System.nanoTime() : last;
      double took = (StateRun.processorNanos() - processor) / 1e9;
      return new Stretch(now - before, (end - begin) / 1e9, took, !runs);
    }
  }

  /** The milliseconds that a fraction {@code q} of the events did not exceed. */
  double quantile(double q) {
    return Quantiles.of(millis, q);
  }
}
