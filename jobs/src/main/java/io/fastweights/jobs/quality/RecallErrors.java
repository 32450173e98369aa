package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.operator.api.Drift;
import io.fastweights.operator.api.Prediction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.accumulators.DoubleCounter;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** Watches the recall errors of a job: their sum, the keys where they are highest, and drifts. */
public final class RecallErrors {
  /** Accumulator of the sum over observed events. */
  public static final String SUM = "recall-errors";

  /** Accumulator of the observed events in the sum. */
  public static final String COUNT = "recall-errors-count";

  /** Accumulator of the changes for the worse that the drift detector found. */
  public static final String DRIFTS = "drifts";

  private RecallErrors() {}

  /**
   * Adds the accumulators to a job.
   *
   * @param secondKey column of the second key, whose memory's recall error a prediction has; -1
   *     where events have one key
   * @param drifts null if the predictions are not scored
   */
  public static void watch(
      DataStream<Prediction<Event>> predictions, int secondKey, DataStream<Drift> drifts) {
    predictions
        .map(new Watch(secondKey))
        .returns(Types.BOOLEAN)
        .name("recall errors of keys")
        .sinkTo(new DiscardingSink<>());
    if (drifts != null) {
      drifts
          .map(new Count())
          .returns(Types.LONG)
          .name("drifts counted")
          .sinkTo(new DiscardingSink<>());
    }
  }

  private static final class Count extends RichMapFunction<Drift, Long> {
    private static final long serialVersionUID = 1L;
    private transient LongCounter drifts;

    @Override
    public void open(OpenContext context) {
      drifts = getRuntimeContext().getLongCounter(DRIFTS);
    }

    @Override
    public Long map(Drift drift) {
      drifts.add(1L);
      return drift.timestamp();
    }
  }

  /** Sums of each key; the accumulator of keys gets the highest now and then, and at the end. */
  private static final class Watch extends RichMapFunction<Prediction<Event>, Boolean> {
    private static final long serialVersionUID = 1L;
    private static final int MOST_WATCHED = 100_000;
    private static final long PERIOD_NANOS = 2_000_000_000L;

    private final int secondKey;

    /** Events and the sum of their recall errors. */
    private transient Map<String, double[]> sums;

    private transient SurprisingKeys highest;
    private transient DoubleCounter sum;
    private transient LongCounter count;
    private transient long told;

    Watch(int secondKey) {
      this.secondKey = secondKey;
    }

    @Override
    public void open(OpenContext context) {
      told = System.nanoTime();
      sums = new HashMap<>();
      highest = new SurprisingKeys();
      getRuntimeContext().addAccumulator(SurprisingKeys.NAME, highest);
      sum = getRuntimeContext().getDoubleCounter(SUM);
      count = getRuntimeContext().getLongCounter(COUNT);
    }

    @Override
    public Boolean map(Prediction<Event> prediction) {
      float error = prediction.recallError();
      if (prediction.observed() && Float.isFinite(error)) {
        sum.add((double) error);
        count.add(1L);
        if (prediction.seen() >= SurprisingKeys.FIRST) {
          Event event = prediction.event();
          add(secondKey < 0 ? event.key() : event.cells()[secondKey], error);
        }
      }
      if (System.nanoTime() - told > PERIOD_NANOS) {
        tell();
        told = System.nanoTime();
      }
      return prediction.observed();
    }

    private void add(String key, float error) {
      double[] ofKey = sums.get(key);
      if (ofKey == null && sums.size() < MOST_WATCHED) {
        ofKey = new double[2];
        sums.put(key, ofKey);
      }
      if (ofKey != null) {
        ofKey[0]++;
        ofKey[1] += error;
      }
    }

    private void tell() {
      List<SurprisingKeys.Key> keys = new ArrayList<>();
      sums.forEach(
          (key, ofKey) -> {
            if (ofKey[0] >= SurprisingKeys.FIRST) {
              keys.add(new SurprisingKeys.Key(key, (long) ofKey[0], ofKey[1] / ofKey[0]));
            }
          });
      highest.set(keys);
    }

    @Override
    public void close() {
      if (sums != null) {
        tell();
      }
    }
  }
}
