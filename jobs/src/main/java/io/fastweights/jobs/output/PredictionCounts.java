package io.fastweights.jobs.output;

import io.fastweights.operator.api.Prediction;
import org.apache.flink.api.common.accumulators.DoubleMaximum;
import org.apache.flink.api.common.accumulators.DoubleMinimum;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;

/** Counts a job's predictions, and when the first and the last were made. */
public final class PredictionCounts {
  /** Accumulator of the events that were learned from. */
  public static final String OBSERVED = "observed";

  /** Accumulator of the events that were only asked. */
  public static final String ASKED = "asked";

  /** Accumulator of the time of the first prediction, in seconds since 1970. */
  public static final String FIRST = "first-prediction";

  /** Accumulator of the time of the last prediction, in seconds since 1970. */
  public static final String LAST = "last-prediction";

  private final LongCounter observed;
  private final LongCounter asked;
  private final DoubleMinimum first;
  private final DoubleMaximum last;
  private boolean begun;

  PredictionCounts(RuntimeContext context) {
    observed = context.getLongCounter(OBSERVED);
    asked = context.getLongCounter(ASKED);
    first = new DoubleMinimum();
    last = new DoubleMaximum();
    context.addAccumulator(FIRST, first);
    context.addAccumulator(LAST, last);
  }

  void add(Prediction<?> prediction) {
    (prediction.observed() ? observed : asked).add(1L);
    double now = System.currentTimeMillis() / 1e3;
    if (!begun) {
      first.add(now);
      begun = true;
    }
    last.add(now);
  }
}
