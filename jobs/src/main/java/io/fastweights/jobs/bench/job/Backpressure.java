package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.bench.load.MemoryKind;
import io.fastweights.jobs.bench.load.StateJob.Way;
import io.fastweights.jobs.bench.measure.BenchProgress;
import io.fastweights.jobs.bench.measure.OwnProcess;
import io.fastweights.jobs.bench.measure.ResidentMemory;
import io.fastweights.jobs.bench.measure.Stretch;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.WorkFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A source that could go much faster than the sink, for minutes. It runs in its own process with a
 * pre-touched heap, so that growth is not first use of reserved heap.
 */
record Backpressure(double seconds, int keys) implements OwnProcess.Task<Backpressure.Cost> {
  private static final List<String> HEAP =
      List.of("-XX:+UseSerialGC", "-Xms768m", "-Xmx768m", "-XX:+AlwaysPreTouch");

  /** Little: RocksDB and the cache have filled their memory before the first sample. */
  private static final MemorySize MEMORY = MemorySize.ofMebiBytes(64);

  private static final String METER = "backpressure";
  private static final long SINK_MILLIS = 1;

  /**
   * Cost of the run.
   *
   * @param begin a quarter of the time after the first event
   * @param checkpoints that ended, over the whole time
   * @param checkpointMillis of the longest of these
   */
  record Cost(
      double seconds,
      double eventsPerSecond,
      Moment begin,
      Moment end,
      int checkpoints,
      long checkpointMillis) {
    /** Of the memory of the process, from begin to end: 0.01 is a hundredth more. */
    double residentGrowth() {
      return (double) end.residentBytes() / begin.residentBytes() - 1;
    }
  }

  /**
   * The process at a moment.
   *
   * @param heapBytes approximate reachable heap: used after a collection
   * @param underway events generated that have not reached the sink
   */
  record Moment(long residentBytes, long heapBytes, long underway) {
    static Moment of(Meter meter) throws IOException {
      MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
      memory.gc();
      long heap = memory.getHeapMemoryUsage().getUsed();
      return new Moment(ResidentMemory.now(), heap, meter.created() - meter.answered());
    }
  }

  Cost inOwnProcess(PrintWriter out) throws IOException, InterruptedException {
    return OwnProcess.run(this, Cost.class, HEAP, out);
  }

  @Override
  public Cost run(BenchProgress progress) throws Exception {
    SyntheticJob job =
        SyntheticJob.unbounded(Way.FASTWEIGHTS, MemoryKind.KIB_16, keys, 1, MEMORY)
            .withSlowSink(SINK_MILLIS);
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster = new EmbeddedCluster(job.flink(work))) {
      StreamExecutionEnvironment environment = cluster.environment();
      Meter meter = Meter.open(METER);
      job.build(environment, METER);
      progress.begin(
          String.format(Locale.ROOT, "  a sink that takes %d ms for an event", SINK_MILLIS));
      JobClient client = environment.executeAsync("fastweights bench job, back-pressure");
      Stretch.awaitFirst(client, meter::answered, progress);
      Stretch.ofEndless(client, meter::answered, Stretch.UNCOUNTED * seconds, progress);
      Moment begin = Moment.of(meter);
      double rest = (1 - Stretch.UNCOUNTED) * seconds;
      double rate = Stretch.ofEndless(client, meter::answered, rest, progress).eventsPerSecond();
      Moment end = Moment.of(meter);
      List<Checkpoint> checkpoints = cluster.checkpoints(client.getJobID());
      client.cancel().get(60, TimeUnit.SECONDS);
      long longest = checkpoints.stream().mapToLong(Checkpoint::millis).max().orElse(0);
      return new Cost(seconds, rate, begin, end, checkpoints.size(), longest);
    }
  }
}
