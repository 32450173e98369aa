package io.fastweights.jobs.bench.measure;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;

/** Prints the progress of a job at intervals. */
public final class BenchProgress {
  private static final long EVERY_NANOS = 10_000_000_000L;
  private static final long TICK_MILLIS = 50;

  private final PrintWriter out;
  private long begin = System.nanoTime();
  private long next = begin + EVERY_NANOS;

  public BenchProgress(PrintWriter out) {
    this.out = out;
  }

  /** Prints the name of the next step. */
  public void begin(String what) {
    out.println(what);
    out.flush();
    begin = System.nanoTime();
    next = begin + EVERY_NANOS;
  }

  /**
   * Waits a moment.
   *
   * @throws IllegalStateException if the job no longer runs
   */
  public void tick(JobClient client, long events) throws Exception {
    if (!tickUnlessDone(client, events)) {
      throw new IllegalStateException("the job ended early");
    }
  }

  /**
   * Waits a moment if the job runs.
   *
   * @return true if it runs; false if it has finished
   * @throws java.util.concurrent.ExecutionException if it failed
   */
  boolean tickUnlessDone(JobClient client, long events) throws Exception {
    if (client.getJobStatus().get(60, TimeUnit.SECONDS).isGloballyTerminalState()) {
      client.getJobExecutionResult().get(60, TimeUnit.SECONDS);
      return false;
    }
    if (System.nanoTime() > next) {
      next += EVERY_NANOS;
      out.printf(
          Locale.ROOT, "  %3.0f s  %,12d events%n", (System.nanoTime() - begin) / 1e9, events);
      out.flush();
    }
    Thread.sleep(TICK_MILLIS);
    return true;
  }
}
