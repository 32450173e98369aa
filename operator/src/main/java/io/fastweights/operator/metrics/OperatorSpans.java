package io.fastweights.operator.metrics;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.annotation.Internal;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.traces.Span;
import org.apache.flink.traces.SpanBuilder;

/**
 * Spans of what makes a task wait, for Flink's trace reporters: the saving of memories for a
 * checkpoint, an exchange of weights, and batches that take a second or longer. Without a reporter
 * they are dropped.
 */
@Internal
public final class OperatorSpans {
  /** Shorter batches have no span: there may be thousands a second. */
  static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final MetricGroup group;
  private final MemoryCounts counts;
  private long started;
  private long chunks;
  private long bytes;
  private long folds;

  public OperatorSpans(MetricGroup operator, MemoryCounts counts) {
    this.group = operator;
    this.counts = counts;
  }

  /** Begins a {@link #saved} or a {@link #refreshed}. */
  public void begin() {
    started = System.currentTimeMillis();
    chunks = counts.appends().getAsLong();
    bytes = counts.logBytes().getAsLong();
    folds = counts.folds().getAsLong();
  }

  /** The memories have been saved for a checkpoint. */
  public void saved(long checkpoint) {
    group.addSpan(
        span("SaveMemories", started, System.currentTimeMillis())
            .setAttribute("checkpointId", checkpoint)
            .setAttribute("logChunks", counts.appends().getAsLong() - chunks)
            .setAttribute("logBytes", counts.logBytes().getAsLong() - bytes)
            .setAttribute("folds", counts.folds().getAsLong() - folds));
  }

  /**
   * Other weights serve.
   *
   * @param reset true if all memories are empty
   */
  public void refreshed(long version, boolean reset) {
    group.addSpan(
        span("RefreshWeights", started, System.currentTimeMillis())
            .setAttribute("version", version)
            // Flink 2.0 takes texts and numbers only.
            .setAttribute("reset", Boolean.toString(reset)));
  }

  /**
   * A batch has been answered.
   *
   * @param nanos from loading the first memory to emitting the last result
   */
  public void batch(FlushReason reason, int events, long nanos) {
    if (nanos >= SLOW_NANOS) {
      long end = System.currentTimeMillis();
      group.addSpan(
          span("SlowBatch", end - TimeUnit.NANOSECONDS.toMillis(nanos), end)
              .setAttribute("events", events)
              .setAttribute("reason", reason.name().toLowerCase(Locale.ROOT)));
    }
  }

  private static SpanBuilder span(String name, long start, long end) {
    return Span.builder(OperatorSpans.class, name).setStartTsMillis(start).setEndTsMillis(end);
  }
}
