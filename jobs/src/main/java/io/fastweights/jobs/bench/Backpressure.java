package io.fastweights.jobs.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.bench.StateJob.Way;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.jobs.process.TemporaryFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A source that could go much faster than the sink, for minutes. The main method runs in a process
 * of its own, whose heap is touched as a whole before it begins: what grows is no heap that was
 * promised and not yet used.
 */
final class Backpressure {
  private static final List<String> HEAP =
      List.of("-XX:+UseSerialGC", "-Xms768m", "-Xmx768m", "-XX:+AlwaysPreTouch");

  /** Little: RocksDB and the cache have filled theirs before the first look. */
  private static final MemorySize MEMORY = MemorySize.ofMebiBytes(64);

  private static final String METER = "backpressure";
  private static final double BEGIN = 0.25;
  private static final long SINK_MILLIS = 1;

  private final double seconds;
  private final int keys;
  private final BenchProgress progress;

  /**
   * What it cost.
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
   * @param heapBytes what is reachable on the heap, about: used after a collection
   * @param underway events that were made and have not come to the sink
   */
  record Moment(long residentBytes, long heapBytes, long underway) {
    static Moment of(Meter meter) throws IOException {
      MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
      memory.gc();
      long heap = memory.getHeapMemoryUsage().getUsed();
      return new Moment(ResidentMemory.now(), heap, meter.created() - meter.answered());
    }
  }

  private Backpressure(double seconds, int keys, BenchProgress progress) {
    this.seconds = seconds;
    this.keys = keys;
    this.progress = progress;
  }

  /** Runs it in a process of its own. */
  static Cost measure(double seconds, int keys, PrintWriter out) throws Exception {
    Path file = TemporaryFiles.file(".json");
    try {
      OwnProcess.run(
          Backpressure.class,
          HEAP,
          out,
          Double.toString(seconds),
          Integer.toString(keys),
          file.toString());
      return new ObjectMapper().readValue(file.toFile(), Cost.class);
    } finally {
      Files.delete(file);
    }
  }

  /**
   * @param arguments how many seconds, how many keys, and the file that takes the cost
   */
  public static void main(String[] arguments) throws Exception {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    Cost cost =
        new Backpressure(
                Double.parseDouble(arguments[0]),
                Integer.parseInt(arguments[1]),
                new BenchProgress(out))
            .run();
    new ObjectMapper().writeValue(Path.of(arguments[2]).toFile(), cost);
    System.exit(0);
  }

  private Cost run() throws Exception {
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
      while (meter.answered() == 0) {
        progress.tick(client, 0);
      }
      await(client, meter, BEGIN * seconds);
      Moment begin = Moment.of(meter);
      long before = meter.answered();
      long from = System.nanoTime();
      await(client, meter, (1 - BEGIN) * seconds);
      double rate = (meter.answered() - before) / ((System.nanoTime() - from) / 1e9);
      Moment end = Moment.of(meter);
      List<Checkpoint> checkpoints = cluster.checkpoints(client.getJobID());
      client.cancel().get(60, TimeUnit.SECONDS);
      long longest = checkpoints.stream().mapToLong(Checkpoint::millis).max().orElse(0);
      return new Cost(seconds, rate, begin, end, checkpoints.size(), longest);
    }
  }

  private void await(JobClient client, Meter meter, double time) throws Exception {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < time * 1e9) {
      progress.tick(client, meter.answered());
    }
  }
}
