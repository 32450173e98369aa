package io.fastweights.jobs.bench.measure;

import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import org.apache.flink.core.execution.JobClient;

/**
 * Events that a job answered in a time, which is extended until there is one.
 *
 * @param begin of the stretch, in milliseconds since 1970
 * @param processorSeconds CPU time of this process: includes source, sink and RocksDB's threads,
 *     and hardly anything else on the machine
 * @param ended true if the job finished
 */
public record Stretch(
    long begin, long events, double seconds, double processorSeconds, boolean ended) {
  /** The part of a run that is not counted: the JVM compiles, and memories are small. */
  public static final double UNCOUNTED = 0.25;

  /** Waits until a job has answered its first event. */
  public static void awaitFirst(JobClient client, LongSupplier answered, BenchProgress progress)
      throws Exception {
    while (answered.getAsLong() == 0) {
      progress.tick(client, 0);
    }
  }

  public static Stretch of(
      JobClient client, LongSupplier answered, double seconds, BenchProgress progress)
      throws Exception {
    long moment = System.currentTimeMillis();
    long before = answered.getAsLong();
    long begin = System.nanoTime();
    long processor = processorNanos();
    long now = before;
    long last = begin;
    boolean runs = true;
    while (runs && (System.nanoTime() - begin < seconds * 1e9 || now == before)) {
      runs = progress.tickUnlessDone(client, now);
      long next = answered.getAsLong();
      if (next > now) {
        last = System.nanoTime();
        now = next;
      }
    }
    // A job ends some time after its last event: its last checkpoint must.
    long end = runs ? System.nanoTime() : last;
    double took = (processorNanos() - processor) / 1e9;
    return new Stretch(moment, now - before, (end - begin) / 1e9, took, !runs);
  }

  /** As {@link #of}, for a job without an end. */
  public static Stretch ofEndless(
      JobClient client, LongSupplier answered, double seconds, BenchProgress progress)
      throws Exception {
    Stretch stretch = of(client, answered, seconds, progress);
    if (stretch.ended) {
      throw new IllegalStateException("the job ended early");
    }
    return stretch;
  }

  public double eventsPerSecond() {
    return events / seconds;
  }

  public double eventsPerProcessorSecond() {
    return events / processorSeconds;
  }

  private static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
