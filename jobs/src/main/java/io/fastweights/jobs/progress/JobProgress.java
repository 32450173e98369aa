package io.fastweights.jobs.progress;

import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.output.PredictionCounts;
import io.fastweights.jobs.quality.QualityTotals;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.JobListener;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Waits for a job and shows how far it is, from its accumulators: the share of the files' bytes
 * that was read, events a second since the first prediction, and the loss beside that of the best
 * baseline.
 */
public final class JobProgress {
  private static final long POLL_MILLIS = 500;

  private final StatusLine line;
  private final long bytes;
  private final Consumer<Map<String, Object>> watcher;
  private double begun = Double.NaN;

  /**
   * @param bytes of all files; 0 where that is not known
   */
  public JobProgress(StatusLine line, long bytes) {
    this(line, bytes, null);
  }

  /**
   * @param watcher takes the accumulators again and again; null for none
   */
  public JobProgress(StatusLine line, long bytes, Consumer<Map<String, Object>> watcher) {
    this.line = line;
    this.bytes = bytes;
    this.watcher = watcher;
  }

  /** Waits for the end of a job. */
  public JobExecutionResult await(JobClient job) throws Exception {
    CompletableFuture<JobExecutionResult> result = job.getJobExecutionResult();
    try {
      while (true) {
        try {
          return result.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (watcher == null) {
            line.update(() -> text(accumulators(job)));
          } else {
            Map<String, Object> accumulators = accumulators(job);
            watcher.accept(accumulators);
            line.update(() -> text(accumulators));
          }
        }
      }
    } finally {
      line.clear();
    }
  }

  /** Shows how far the next job of an environment is, while another method waits for it. */
  public void watch(StreamExecutionEnvironment environment) {
    environment.registerJobListener(
        new JobListener() {
          @Override
          public void onJobSubmitted(JobClient job, Throwable failure) {
            if (job != null) {
              Thread watcher = new Thread(() -> poll(job), "progress");
              watcher.setDaemon(true);
              watcher.start();
            }
          }

          @Override
          public void onJobExecuted(JobExecutionResult result, Throwable failure) {
            // The watcher sees the end of the job.
          }
        });
  }

  private void poll(JobClient job) {
    CompletableFuture<JobExecutionResult> result = job.getJobExecutionResult();
    while (!result.isDone()) {
      line.update(() -> text(accumulators(job)));
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    line.clear();
  }

  /** Empty while the job starts, and where the cluster does not answer. */
  private static Map<String, Object> accumulators(JobClient job) {
    try {
      return job.getAccumulators().get(POLL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Map.of();
    } catch (ExecutionException | TimeoutException e) {
      return Map.of();
    }
  }

  /** The line for these accumulators. */
  String text(Map<String, Object> accumulators) {
    long events =
        number(accumulators, PredictionCounts.OBSERVED)
            + number(accumulators, PredictionCounts.ASKED);
    long read = number(accumulators, EventParser.BYTES);
    double share = bytes == 0 ? 0 : Math.min(1, read / (double) bytes);
    if (read == 0 && events == 0) {
      return "starting";
    }
    double now = line.seconds();
    begun = Double.isNaN(begun) ? now : begun;
    if (events == 0) {
      return String.format(
              Locale.ROOT,
              "%,d events read  %s",
              number(accumulators, EventParser.READ),
              StatusLine.left(share, now - begun))
          .stripTrailing();
    }
    double first = (double) accumulators.get(PredictionCounts.FIRST);
    double last = (double) accumulators.get(PredictionCounts.LAST);
    String rate =
        last > first ? String.format(Locale.ROOT, "%,.0f events/s  ", events / (last - first)) : "";
    return String.format(
            Locale.ROOT,
            "%,d events  %s%s  %s",
            events,
            rate,
            StatusLine.left(share, Math.max(now - begun, last - first)),
            accumulators.get(QualityTotals.NAME) instanceof QualityTotals totals
                ? totals.summary()
                : "")
        .stripTrailing();
  }

  private static long number(Map<String, Object> accumulators, String name) {
    return accumulators.get(name) instanceof Number number ? number.longValue() : 0;
  }
}
